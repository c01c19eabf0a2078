import { expect, it } from 'vitest';

import { headingText } from './documents';

it('reads a heading as it is shown', () => {
  expect(headingText('## The `fit` of **2025** ##')).toBe('The fit of 2025');
  expect(headingText('# see [the plan](https://example.com)')).toBe('see the plan');
  expect(headingText('#no')).toBe('');
  expect(headingText('####### no')).toBe('');
});

it('is not held up by a long line', () => {
  const begun = performance.now();
  headingText(`# a${' '.repeat(200_000)}b`);
  headingText(`# ${'['.repeat(200_000)}`);
  expect(performance.now() - begun).toBeLessThan(1000);
});
