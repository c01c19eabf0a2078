import { act, fireEvent } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';

import { manyRuns, showExperiments } from '../testing/experiments';
import { runsOf, table } from '../testing/runs';
import { applied } from './table/columns';
import { FIRST_VIEW } from './table/view-state';

const BY_AUC = { ...FIRST_VIEW, sort: [{ by: 'metrics.auc', down: true }] };

describe('the table', () => {
  it('is a grid of all runs of which few are on the page, and says so', async () => {
    const { container, query, names } = showExperiments({
      runs: manyRuns(10_000),
      view: BY_AUC
    });
    const grid = query('[role=grid]')!;
    expect(grid.getAttribute('aria-rowcount')).toBe('10002');
    expect(names().length).toBeGreaterThan(20);
    expect(names().length).toBeLessThan(50);
    expect(names().slice(0, 3)).toEqual(['run-0', 'run-1', 'run-2']);
    // Only what is pinned has a left edge: it would move a head away from its cells.
    const edges = [...container.querySelectorAll<HTMLElement>('[role=columnheader]')];
    expect(edges.filter(head => head.style.left !== '')).toHaveLength(2);
    expect(container.querySelectorAll('[data-smo-line][tabindex="0"]')).toHaveLength(1);
    expect(query('[data-smo-count]')?.textContent).toBe('10,000 runs');
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    expect(violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
  });

  it('uses its rows again, and keeps the one with the focus', () => {
    const { query, row, container } = showExperiments({
      runs: manyRuns(1000),
      view: BY_AUC
    });
    const first = row('s.0')!;
    act(() => first.focus());
    const before = new Set(container.querySelectorAll('[data-smo-line]'));
    const grid = query('[role=grid]')!;
    grid.scrollTop = 26 * 500;
    fireEvent.scroll(grid);
    const after = [...container.querySelectorAll('[data-smo-line]')];
    expect(row('s.505')).not.toBeNull();
    expect(after.filter(line => before.has(line)).length).toBeGreaterThan(25);
    expect(document.activeElement).toBe(first);
    expect(first.dataset.smoRow).toBe('s.0');
  });

  it('draws what is in sight first after another order, and the margin later', () => {
    vi.useFakeTimers();
    const { names, query } = showExperiments({ runs: manyRuns(1000), view: BY_AUC });
    const rest = names().length;
    fireEvent.click(query('[data-smo-sort="metrics.auc"]')!);
    expect(names()[0]).toBe('run-999');
    const atOnce = names().length;
    expect(atOnce).toBeGreaterThanOrEqual(600 / 26);
    expect(atOnce).toBeLessThan(rest - 5);
    act(() => {
      vi.advanceTimersByTime(500);
    });
    expect(names()).toHaveLength(rest);
    vi.useRealTimers();
  });

  it('says all of a value to whoever points at it, also after another order', () => {
    const { row, query, container } = showExperiments({
      runs: manyRuns(40),
      view: BY_AUC
    });
    const cell = (id: string) => row(id)!.querySelector('[data-smo-cell="metrics.auc"]')!;
    const first = cell('s.0');
    fireEvent.mouseOver(first);
    const all = first.getAttribute('title')!;
    expect(Number(all)).toBeCloseTo(Number(first.textContent), 3);
    expect(container.querySelectorAll('[data-smo-cell][title]')).toHaveLength(1);
    fireEvent.click(query('[data-smo-sort="metrics.auc"]')!);
    const now = first.closest<HTMLElement>('[data-smo-row]')!.dataset.smoRow!;
    expect(Number(first.getAttribute('title'))).toBeCloseTo(
      Number(cell(now).textContent),
      3
    );
    fireEvent.mouseLeave(query('[role=grid]')!);
    expect(container.querySelectorAll('[data-smo-cell][title]')).toHaveLength(0);
  });

  it('moves, chooses, extends, opens, compares and reproduces by keys', () => {
    const { deeds, row, query } = showExperiments({ runs: manyRuns(100), view: BY_AUC });
    const key = (name: string, more = {}) =>
      fireEvent.keyDown(document.activeElement!, { key: name, ...more });
    act(() => row('s.0')!.focus());
    key('ArrowDown');
    expect(document.activeElement).toBe(row('s.1'));
    key(' ');
    expect(row('s.1')!.dataset.smoChosen).toBe('A');
    key('c');
    expect(deeds.compare).not.toHaveBeenCalled(); // one run is compared with nothing
    key('ArrowDown', { shiftKey: true });
    key('ArrowDown', { shiftKey: true });
    expect(row('s.3')!.dataset.smoChosen).toBe('C');
    expect(row('s.3')!.getAttribute('aria-selected')).toBe('true');
    key('c');
    expect(deeds.compare).toHaveBeenCalledWith(['s.1', 's.2', 's.3']);
    key('r');
    expect(deeds.reproduce).toHaveBeenCalledWith('s.3');
    key('Enter');
    expect(deeds.open).toHaveBeenCalledWith('s.3');
    key('End');
    expect(document.activeElement).toBe(row('s.99'));
    key('F10', { shiftKey: true });
    expect(deeds.menu).toHaveBeenCalledWith('s.99', 24, 24);
    key('/');
    expect(document.activeElement).toBe(query('[data-smo-search]'));
  });

  it('chooses with the pointer, a range with Shift, and all of the list', () => {
    const { row, query, deeds } = showExperiments({ runs: manyRuns(10), view: BY_AUC });
    const box = (id: string) => row(id)!.querySelector('[data-smo-do=choose]')!;
    fireEvent.click(box('s.2'));
    fireEvent.click(box('s.4'), { shiftKey: true });
    expect([...deeds.choose.mock.lastCall![0].keys()]).toEqual(['s.2', 's.3', 's.4']);
    const footer = query('[data-smo-chosen-runs]')!;
    expect(footer.textContent).toContain('3 chosen');
    expect(footer.textContent).toContain('differ in 1 parameter');
    fireEvent.click(footer.querySelector('[data-smo-do=unchoose]')!);
    expect(row('s.3')!.dataset.smoChosen).toBe('B');
    fireEvent.click(query('[data-smo-do=choose-all]')!);
    expect(deeds.choose.mock.lastCall![0].size).toBe(10);
    fireEvent.click(query('[data-smo-do=compare]')!);
    expect(deeds.compare.mock.lastCall![0]).toHaveLength(10);
  });

  it('sorts by a head, pins and widens columns', () => {
    const { query, names, view, container } = showExperiments({ runs: manyRuns(9) });
    fireEvent.click(query('[data-smo-sort="metrics.auc"]')!);
    fireEvent.click(query('[data-smo-sort="metrics.auc"]')!);
    expect(names()[0]).toBe('run-8');
    expect(container.querySelector('[aria-sort=ascending]')?.textContent).toContain(
      'auc'
    );
    fireEvent.keyDown(query('[aria-label="Width of auc"]')!, { key: 'ArrowRight' });
    expect(view().widths).toEqual({ 'metrics.auc': 74 });
    fireEvent.click(query('[data-smo-do=columns]')!);
    fireEvent.click(query('[data-smo-column="metrics.auc"] [data-smo-do=pin]')!);
    const heads = [...container.querySelectorAll<HTMLElement>('[data-smo-sort]')];
    expect(heads.map(head => head.dataset.smoSort).slice(0, 2)).toEqual([
      'attributes.name',
      'metrics.auc'
    ]);
    fireEvent.click(query('[data-smo-column="params.depth"] input')!);
    expect(query('[data-smo-sort="params.depth"]')).toBeNull();
  });
});

describe('narrowing', () => {
  it('by a filter: a wrong one says where, and the last good one holds', () => {
    const { query, names } = showExperiments({ runs: manyRuns(10), view: BY_AUC });
    const type = (value: string) =>
      fireEvent.change(query('[data-smo-filter]')!, { target: { value } });
    type('metrics.auc > 0.8');
    expect(names()).toEqual(['run-0', 'run-1', 'run-2']);
    expect(query('[data-smo-count]')?.textContent).toBe('3 of 10 runs');
    type('metrics.auc > 0.8 and');
    expect(names()).toHaveLength(3);
    expect(query('[data-smo-query=name]')?.textContent).toBe(
      'A name such as metrics.auc is expected at 22, and the end is there.'
    );
    type('metrics.acu > 1');
    expect(query('[data-smo-query=unknown]')?.textContent).toBe(
      'No run has metrics.acu.'
    );
    expect(query('[data-smo-room-state=nothing]')).not.toBeNull();
    fireEvent.click(query('[data-smo-do=show-all]')!);
    expect(names()).toHaveLength(10);
  });

  it('by a facet with counts, and by a brush over a histogram', () => {
    const { query, names, view } = showExperiments({ runs: manyRuns(10), view: BY_AUC });
    fireEvent.click(query('[data-smo-facet="attributes.status"] [data-smo-do=facet]')!);
    expect(query('[data-smo-value=failed]')?.textContent).toBe('failed2');
    fireEvent.click(query('[data-smo-value=failed] input')!);
    expect(names()).toEqual(['run-4', 'run-9']);
    fireEvent.click(query('[data-smo-do=drop-facet]')!);
    fireEvent.pointerDown(query('[data-smo-popup=facet]')!);
    expect(query('[data-smo-popup=facet]')).not.toBeNull();
    fireEvent.pointerDown(query('[data-smo-count]')!);
    expect(query('[data-smo-popup=facet]')).toBeNull();
    const shape = query('[data-smo-sort="metrics.auc"]')!
      .closest('[role=columnheader]')!
      .querySelector('[data-smo-histogram]')!;
    shape.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
    // jsdom has no PointerEvent, which is a MouseEvent with more.
    const pointer = (type: string, clientX: number) =>
      fireEvent(shape, new MouseEvent(`pointer${type}`, { bubbles: true, clientX }));
    pointer('down', 76);
    pointer('move', 99);
    pointer('up', 99);
    expect(view().facets['metrics.auc']?.kind).toBe('range');
    expect(names()).toEqual(['run-0', 'run-1', 'run-2']);
    expect(query('[data-smo-facet="metrics.auc"]')?.textContent).toMatch(
      /^auc: 0\.\d+ to 1$/
    );
  });

  it('in groups that fold', () => {
    const { query, names } = showExperiments({
      runs: manyRuns(10),
      view: { ...BY_AUC, group: 'attributes.person' }
    });
    expect(names().slice(0, 5)).toEqual(['run-0', 'run-2', 'run-4', 'run-6', 'run-8']);
    fireEvent.click(query('[data-smo-group=":=alice"] [data-smo-do=fold]')!);
    expect(names()[0]).toBe('run-1');
    expect(query('[data-smo-group=":=alice"]')?.getAttribute('aria-expanded')).toBe(
      'false'
    );
  });

  it('and saves what is shown as a file', () => {
    const { query, deeds } = showExperiments({
      runs: manyRuns(10),
      view: { ...BY_AUC, search: 'run-3' }
    });
    fireEvent.click(query('[data-smo-do=csv]')!);
    const lines = deeds.saveCsv.mock.lastCall![0].trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^s\.3,finished,run-3,bob,/u);
  });
});

describe('while runs are being recorded', () => {
  const first = manyRuns(5);
  const best = table(
    ['s.new', 's.3'],
    {
      'attributes.name': ['new', 'run-3'],
      'attributes.status': ['running', 'running'],
      'metrics.auc': [7, 9]
    },
    { whole: false, total: 5, gone: ['s.1'] }
  );

  it('values change in place and the order waits for the pointer', () => {
    const { again, names, query, row, container } = showExperiments({
      runs: first,
      view: BY_AUC
    });
    fireEvent.mouseEnter(query('[role=grid]')!);
    act(() => row('s.3')!.focus());
    again({ runs: applied(first, best) });
    expect(names()).toEqual(['run-0', 'run-2', 'run-3', 'run-4']);
    expect(row('s.3')!.querySelector('[data-smo-cell="metrics.auc"]')?.textContent).toBe(
      '9'
    );
    expect(document.activeElement).toBe(row('s.3'));
    expect(container.querySelector('[data-smo-live]')?.textContent).toBe(
      'live · 2 recording'
    );
    expect(query('[data-smo-do=show-new]')?.textContent).toBe('1 new');
    fireEvent.click(query('[data-smo-do=show-new]')!);
    expect(names()).toEqual(['run-3', 'new', 'run-0', 'run-2', 'run-4']);
  });

  it('says where runs go, and why not elsewhere, as text', () => {
    const recording = { name: 'This <b>space</b>', note: 'The kernel lacks a package.' };
    const { again, query } = showExperiments({ runs: first, recording });
    const said = query('[data-smo-recording=elsewhere]')!;
    expect(said.textContent).toContain('your runs go to This <b>space</b>');
    expect(said.textContent).toContain(recording.note);
    expect(said.getAttribute('title')).toBe(recording.note);
    again({ recording: { name: 'team', note: '' }, stores: ['team', 'other'] });
    expect(query('[data-smo-recording=meant]')!.textContent).toBe('your runs go to team');
    again({ stores: ['team'] });
    expect(query('[data-smo-recording]')).toBeNull();
  });

  it('the order is the newest while nobody is in the list', () => {
    const { again, names, query } = showExperiments({ runs: first, view: BY_AUC });
    again({ runs: applied(first, best) });
    expect(names()[0]).toBe('run-3');
    expect(query('[data-smo-do=show-new]')).toBeNull();
  });

  it('the rest of the runs is not new after the first page', () => {
    const page = applied(manyRuns(3), table([], {}, { whole: false, total: 8 }));
    const { again, names, query } = showExperiments({ runs: page, view: BY_AUC });
    expect(query('[data-smo-count]')?.textContent).toBe('3 runs, reading 8');
    fireEvent.mouseEnter(query('[role=grid]')!);
    again({ runs: manyRuns(8) });
    expect(names()).toHaveLength(8);
  });

  it('a run that goes leaves the focus in the list', () => {
    const { again, row } = showExperiments({ runs: first, view: BY_AUC });
    act(() => row('s.1')!.focus());
    again({ runs: applied(first, best) });
    expect(document.activeElement?.closest('[role=grid]')).not.toBeNull();
  });
});

describe('what is not simply there', () => {
  it('waits with rows, and says who has not answered', () => {
    const { query } = showExperiments({
      state: 'loading',
      late: 'acme has not answered.'
    });
    expect(query('[data-smo-room-state=loading]')?.textContent).toBe(
      'acme has not answered.'
    );
  });

  it('says what failed, what is denied, and what one can do', () => {
    const problem = {
      code: 'aws.forbidden',
      message: 'Your role may not call sagemaker-mlflow:SearchRuns.',
      hint: 'Ask for it.',
      action: 'sagemaker-mlflow:SearchRuns',
      statement: '{}'
    };
    const { query, deeds, again } = showExperiments({ state: 'failed', problem });
    expect(query('[data-smo-room-state=denied]')?.textContent).toContain(
      'Your role may not call sagemaker-mlflow:SearchRuns. Ask for it.'
    );
    fireEvent.click(query('[data-smo-do=copy-statement]')!);
    expect(deeds.copy).toHaveBeenCalledWith('{}');
    again({ problem: { ...problem, action: '', statement: '' }, runs: manyRuns(3) });
    expect(query('[data-smo-room-state=failed]')).not.toBeNull();
    expect(query('[role=grid]')).not.toBeNull(); // what is known stays
  });

  it('says how to begin', () => {
    const { query, again } = showExperiments({});
    expect(query('[data-smo-room-state=empty]')?.textContent).toContain('No runs yet.');
    again({ experiments: [] });
    expect(query('[data-smo-room-state=empty]')?.textContent).toContain('Choose');
  });

  it('draws what a stranger wrote as text, and figures that are none', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const runs = runsOf(['s.a b"]', 's.b'], {
      'attributes.name': [evil, '\u202Etxt'],
      'attributes.status': [evil, 'finished'],
      [`metrics.${evil}`]: [NaN, Infinity],
      'params.p': [evil.repeat(20), evil]
    });
    const { container, names } = showExperiments({
      runs,
      view: { ...FIRST_VIEW, sort: [], group: 'params.p' },
      chosen: new Map([['s.a b"]', 'A']])
    });
    expect(names()[0]).toBe(evil);
    expect(container.querySelector('img')).toBeNull();
    const figures = [...container.querySelectorAll('.smo-Runs-value')];
    expect(figures.map(one => one.textContent).sort()).toEqual(['NaN', '∞']);
  });
});
