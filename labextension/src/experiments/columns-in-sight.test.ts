import { expect, it } from 'vitest';

import { isDrawn, spanOf } from './columns-in-sight';
import type { IShown } from './shown-columns';

const COLUMNS = Array.from({ length: 100 }, (_, index) => ({
  key: `params.${index}`,
  width: 80,
  pinned: index === 0
})) as unknown as IShown[];

const drawn = (left: number, width: number) => {
  const span = spanOf(COLUMNS, { left, width });
  return COLUMNS.flatMap((column, index) =>
    isDrawn(column, index, span) ? [index] : []
  );
};

it('draws what is in sight, some beside it, and what is pinned', () => {
  const there = drawn(4000, 800);
  expect(there[0]).toBe(0);
  // All of pixels 4000 to 4920, since it is looked at again after a step.
  expect(there).toEqual(expect.arrayContaining([50, 55, 60, 61]));
  expect(there.length).toBeLessThan(25);
});

it('draws all that a small table has, and all before it is measured', () => {
  expect(drawn(0, 100 * 80)).toHaveLength(100);
  expect(drawn(0, 0)).toHaveLength(100);
  expect(drawn(100 * 80 - 800, 800)).toContain(99);
});
