import { cleanup, render } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';
import { expect, it } from 'vitest';

import { plan, reproduction } from '../../testing/reproduce';
import { trans } from '../../testing/view';
import { ReproduceBody, type IReproduceProps } from './body';
import { madeWords } from './words';

const HARM = '<img src=x onerror="window.hacked=1">';

function show(more: Partial<IReproduceProps> = {}) {
  cleanup();
  const props = { shown: reproduction(), refusal: null, late: false, trans, ...more };
  const { container } = render(<ReproduceBody {...props} />);
  const part = (name: string) =>
    container.querySelector<HTMLElement>(`[data-smo-part="${name}"]`)!;
  return { container, part, text: container.textContent ?? '' };
}

it('tells each part by icon and word, and what will be made', async () => {
  const { container, part, text } = show();
  const seen = ['code', 'environment', 'data', 'instance'].map(name => [
    part(name).dataset.smoState,
    part(name).querySelector('.smo-Icon')?.getAttribute('data-smo-icon'),
    part(name).querySelector('.smo-Reproduce-part .smo-secondary')?.textContent
  ]);
  expect(seen).toEqual([
    ['ok', 'done', 'the same'],
    ['differs', 'inTheWay', 'differs'],
    ['missing', 'failed', 'missing'],
    ['unknown', 'skipped', 'not known']
  ]);
  expect(text).toContain('What is different today from Nov 9, 2026:');
  expect(text).toContain(
    'Makes reproduced/eager-heron/ with the notebook and the files as they were, so with the same 19 parameters.'
  );
  expect(text).toContain('Nothing runs until you run the cells.');
  expect(part('environment').textContent).toContain('as a file to install');
  const details = container.querySelector('details')!;
  expect(details.open).toBe(false);
  expect(details.textContent).toContain('xgboost: then 2.0.3, not here');
  expect(details.textContent).toContain('and 1,198 more');
  expect(details.textContent).toContain('python3.12 -m venv x');
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  expect(violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
});

it('promises no parameters where only the commit is kept', () => {
  const { text } = show({ shown: reproduction({ plan: plan({ whole: false }) }) });
  expect(text).toContain('with the files of the commit. They may have other parameters.');
  expect(text).not.toContain('19 parameters');
});

it('has its rows while it looks, and says after a while what it waits for', () => {
  const looking = reproduction({
    state: 'looking',
    plan: null,
    doing: 'Asking github.com.'
  });
  const early = show({ shown: looking });
  expect(early.container.querySelectorAll('li')).toHaveLength(4);
  expect(early.text).not.toContain('github.com');
  expect(show({ shown: looking, late: true }).text).toContain('Asking github.com.');
  expect(show({ shown: null, late: true }).text).toContain('the Jupyter server');
});

it('says why nothing can be brought back, and offers no folder', () => {
  const { text, container } = show({
    shown: reproduction({
      plan: plan({ possible: false, files: [], packages: [], left_out: [] })
    })
  });
  expect(text).toContain('Ask whoever made the run');
  expect(text).not.toContain('Makes');
  expect(container.querySelector('details')).toBeNull();
});

it('shows how far it has come, with what it does', () => {
  const { container, text } = show({
    shown: reproduction({ state: 'making', percent: 40, doing: 'Writing the files.' })
  });
  expect(container.querySelector('[aria-valuenow="40"]')).not.toBeNull();
  expect(text).toContain('Writing the files.');
  expect(text).not.toContain('Makes');
});

it('tells a failure with its next step', () => {
  const problem = { code: 'x', message: 'No room.', hint: 'Make room.' };
  const { container } = show({
    shown: reproduction({ state: 'failed', problem: problem as never })
  });
  expect(container.querySelector('[role="alert"]')?.textContent).toBe(
    'No room. Make room.'
  );
});

it('draws all that a run says as text', () => {
  const { container } = show({
    shown: reproduction({
      plan: plan({
        folder: HARM,
        url: HARM,
        files: [HARM],
        parts: [{ part: 'code', state: 'ok', text: HARM, detail: HARM }],
        packages: [{ name: HARM, then: HARM, now: HARM }]
      })
    })
  });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain(HARM);
});

it('ends with where it is and what differs', () => {
  const made = { folder: 'reproduced/heron', place: '', notebook: '', contents: '' };
  const whole = { ...made, folder_contents: '', why: '', environment: '', install: '' };
  expect(madeWords(whole, plan(), trans)).toBe(
    'reproduced/heron has the files as they were. Differs here: environment, data.'
  );
  expect(madeWords(whole, plan({ whole: false, parts: [] }), trans)).toBe(
    'reproduced/heron has the files of the commit.'
  );
});
