import { act, fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import { expect, it, vi } from 'vitest';

import { RequestError } from '../api/request';
import type { ExperimentsState, RunRow } from '../api/types';
import { trans } from '../testing/view';
import { Latest, valueWords } from './latest';

const NOW = Date.UTC(2026, 10, 23, 12);

function run(id: string, more: Partial<RunRow> = {}): RunRow {
  return {
    id,
    name: id,
    status: 'finished',
    experiment: 's.1',
    started: NOW - 2 * 3600_000,
    ended: NOW,
    metric: 0.89041,
    ...more
  };
}

function show(
  state: Partial<ExperimentsState> | null,
  error: RequestError | null = null
) {
  const deeds = { open: vi.fn(), copy: vi.fn(), doctor: vi.fn() };
  const whole: ExperimentsState | null = state && {
    server: 'one',
    revision: 1,
    state: 'idle',
    stores: [],
    metric: 'auc',
    metrics: ['auc'],
    latest: [],
    running: 0,
    ...state
  };
  const { container } = render(
    <Latest
      state={whole}
      error={error}
      slow={false}
      trans={trans}
      now={NOW}
      deeds={deeds}
    />
  );
  return { container, ...deeds };
}

it('shows each run with its value and its age', () => {
  const latest = [run('eager-heron', { status: 'running' }), run('lucid-otter')];
  const { container, open } = show({ latest, running: 1 });
  const rows = [...container.querySelectorAll<HTMLElement>('[data-smo-run]')];
  expect(rows.map(row => row.dataset.smoState)).toEqual(['running', 'finished']);
  expect(rows[0]?.textContent).toContain('0.8904');
  expect(rows[0]?.textContent).toContain('now');
  expect(rows[1]?.textContent).toContain('2 h');
  fireEvent.click(rows[1]!);
  expect(open).toHaveBeenCalledWith(latest[1]);
});

it('is one tab stop that arrows move in', () => {
  const { container } = show({ latest: [run('a'), run('b'), run('c')] });
  const rows = [...container.querySelectorAll<HTMLElement>('[data-smo-run]')];
  expect(rows.map(row => row.tabIndex)).toEqual([0, -1, -1]);
  act(() => rows[0]?.focus());
  fireEvent.keyDown(rows[0]!, { key: 'End' });
  expect(document.activeElement).toBe(rows[2]);
  expect(rows.map(row => row.tabIndex)).toEqual([-1, -1, 0]);
  fireEvent.keyDown(rows[2]!, { key: 'ArrowDown' });
  expect(document.activeElement).toBe(rows[2]);
});

it('shows names as text, whatever is in them', () => {
  const { container } = show({ latest: [run('<img src=x onerror=alert(1)>')] });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain('<img');
});

it('tells reading, nothing and trouble apart', () => {
  const at = (container: HTMLElement) =>
    container.querySelector<HTMLElement>('[data-smo-room-state]')?.dataset.smoRoomState;
  expect(at(show(null).container)).toBe('loading');
  expect(at(show({ state: 'working' }).container)).toBe('loading');
  expect(at(show({}).container)).toBe('empty');
  const silent = new RequestError('client.no_answer', 'The server did not answer.');
  const offline = show({ latest: [run('a')] }, silent).container;
  expect(at(offline)).toBe('offline');
  expect(offline.querySelectorAll('[data-smo-run]')).toHaveLength(1);
});

it('says which store is not there, beside the runs of the others', () => {
  const problem = {
    code: 'x.y',
    message: 'It is locked.',
    hint: 'Wait.',
    action: '',
    resource: '',
    endpoint: '',
    statement: ''
  };
  const store = {
    id: 's',
    kind: 'sqlite' as const,
    name: 'This space',
    uri: 'sqlite:////x',
    state: 'failed' as const,
    recording: true,
    note: '',
    read_at: null,
    problem,
    experiments: []
  };
  const { container } = show({ stores: [store], latest: [run('a')] });
  expect(container.textContent).toContain('This spaceIt is locked. Wait.');
  expect(container.querySelectorAll('[data-smo-run]')).toHaveLength(1);
});

it.each([
  [0.890412, '0.8904'],
  [12345, '12345'],
  [1e-7, '1.00e-7'],
  [0, '0'],
  ['NaN', 'NaN'],
  [null, '']
] as const)('tells %s as %s', (value, words) => {
  expect(valueWords(value)).toBe(words);
});
