import { act, fireEvent, waitFor } from '@testing-library/react';
import axe from 'axe-core';
import { expect, it, vi } from 'vitest';

import type { Curves, CurvesAsked } from '../../api/types';
import { withCanvas } from '../../testing/canvas';
import { manyRuns, showExperiments } from '../../testing/experiments';
import { FIRST_VIEW } from '../table/view-state';

const CHARTS = { ...FIRST_VIEW, mode: 'charts' as const };

function readCurves() {
  return vi.fn((asked: CurvesAsked): Promise<Curves> =>
    Promise.resolve({
      curves: asked.runs.map(run => ({
        run,
        metric: asked.metrics[0] ?? '',
        steps: [0, 1, 2],
        times: [1, 2, 3],
        values: [0.1, 0.2, 'NaN'],
        total: 3000,
        sampled: true,
        evenly: false
      })),
      problems: []
    })
  );
}

async function show(more: Parameters<typeof showExperiments>[0] = {}) {
  const canvas = withCanvas();
  const curves = readCurves();
  const shown = showExperiments({ runs: manyRuns(30), ...more });
  Object.assign(shown.deeds, { readCurves: curves });
  shown.again({ view: CHARTS });
  await waitFor(() => expect(shown.query('[data-smo-mode=charts]')).not.toBeNull());
  await act(() => Promise.resolve());
  act(canvas.frame);
  return { ...shown, ...canvas, curves };
}

it('switches between table and charts of the same runs', async () => {
  withCanvas();
  const { query, deeds } = showExperiments({ runs: manyRuns(3) });
  expect(query('[role=grid]')).not.toBeNull();
  fireEvent.click(query('[data-smo-do=charts]')!);
  expect(deeds.set).toHaveBeenCalledWith({ mode: 'charts' });
  await waitFor(() => expect(query('[data-smo-parallel]')).not.toBeNull());
  expect(query('[role=grid]')).toBeNull();
});

it('has curves of the first runs, or of the chosen ones', async () => {
  const { curves, query, again, container } = await show();
  expect(curves.mock.calls.map(([asked]) => asked.runs.length)).toEqual([10]);
  expect(curves.mock.calls[0]?.[0].metrics).toEqual(['auc']);
  await waitFor(() =>
    expect(container.querySelectorAll('[data-smo-curve]')).toHaveLength(10)
  );
  expect(container.textContent).toContain('Of 10 long curves');
  again({ chosen: new Map([['s.20', 'A']]) });
  await waitFor(() =>
    expect(container.querySelectorAll('[data-smo-curve]')).toHaveLength(1)
  );
  expect(query('[data-smo-curve="s.20"]')?.textContent).toContain('A');
});

it('draws only what search and filter leave, and chooses what is in the brush', async () => {
  const { query, again, deeds, drawn, frame } = await show();
  expect(query('[data-smo-parallel]')?.dataset.smoParallel).toBe('30');
  again({ view: { ...CHARTS, filter: 'metrics.auc > 0.9' } });
  act(frame);
  expect(query('[data-smo-parallel]')?.dataset.smoParallel).toBe('4');
  expect(query('[data-smo-scatter]')?.dataset.smoScatter).toBe('4');
  expect(drawn.strokes.length).toBeGreaterThan(0);
  const upper = query('[data-smo-axis="metrics.auc"] [role=slider]')!;
  expect(upper.getAttribute('aria-label')).toBe('Upper end of auc');
  for (let times = 0; times < 3; times += 1) {
    fireEvent.keyDown(upper, { key: 'PageDown' });
    fireEvent.keyDown(upper, { key: 'ArrowDown' });
  }
  expect(query('[data-smo-parallel]')?.dataset.smoParallel).toBe('2');
  fireEvent.click(query('[data-smo-do=choose-these]')!);
  expect([...deeds.choose.mock.lastCall![0].keys()]).toEqual(['s.2', 's.3']);
  fireEvent.keyDown(upper, { key: 'Delete' });
  expect(query('[data-smo-parallel]')?.dataset.smoParallel).toBe('4');
});

it('chooses no more runs than there are letters one tells apart', async () => {
  const { query, deeds } = await show({ runs: manyRuns(300) });
  const button = query('[data-smo-do=choose-these]')!;
  expect(button.textContent).toBe('Choose the first 100 of 300');
  fireEvent.click(button);
  expect(deeds.choose.mock.lastCall![0].size).toBe(100);
});

it('moves an axis and makes it logarithmic by keys', async () => {
  const { query, deeds, view } = await show();
  const title = query('[data-smo-axis="metrics.auc"] button')!;
  fireEvent.keyDown(title, { key: 'ArrowLeft' });
  expect(view().charts.axes).toEqual(['metrics.auc', 'params.depth']);
  fireEvent.keyDown(title, { key: 'l' });
  expect(deeds.set.mock.lastCall?.[0].charts?.logAxes).toEqual(['metrics.auc']);
});

it('says why curves are missing, and asks again', async () => {
  const canvas = withCanvas();
  const shown = showExperiments({ runs: manyRuns(3) });
  let fails = true;
  const curves = readCurves();
  Object.assign(shown.deeds, {
    readCurves: (asked: CurvesAsked) =>
      fails ? Promise.reject(new Error('The server did not answer.')) : curves(asked)
  });
  shown.again({ view: CHARTS });
  await waitFor(() =>
    expect(shown.query('[data-smo-charts-problem=curves]')?.textContent).toContain(
      'The server did not answer.'
    )
  );
  fails = false;
  fireEvent.click(shown.query('[data-smo-charts-problem] [data-smo-do=again]')!);
  await waitFor(() => expect(shown.query('[data-smo-charts-problem]')).toBeNull());
  act(canvas.frame);
});

it('has no fault that axe finds', async () => {
  const { container } = await show({ chosen: new Map([['s.1', 'A']]) });
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  expect(violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
});

it('tells the best run of a metric, then and now, and goes to it', async () => {
  const { query, container, deeds, again } = showExperiments({ runs: manyRuns(12) });
  const best = vi.fn();
  Object.assign(deeds, { best });
  again({});
  expect(query('[data-smo-row="s.0"] .smo-Runs-star')).not.toBeNull();
  expect(container.querySelectorAll('.smo-Runs-star')).toHaveLength(1);
  fireEvent.click(query('[data-smo-do=best]')!);
  expect(best).toHaveBeenCalledWith({ of: 'metrics.auc', x: 0 });
  again({ best: { of: 'metrics.auc', x: 0 } });
  await waitFor(() => expect(query('[data-smo-best]')).not.toBeNull());
  const runs = [...container.querySelectorAll<HTMLElement>('[data-smo-do=best-run]')];
  expect(runs[0]?.dataset.smoRun).toBe('s.0');
  expect(runs[0]?.textContent).toContain('best since');
  expect(runs).toHaveLength(9); // it, and eight of the eleven before it
  expect(query('[data-smo-best]')?.textContent).toContain('and 3 earlier ones');
  expect(document.activeElement).toBe(runs[0]);
  fireEvent.keyDown(runs[0]!, { key: 'ArrowDown' });
  expect(document.activeElement).toBe(runs[1]);
  fireEvent.click(runs[1]!);
  expect(deeds.open).toHaveBeenCalledWith('s.1');
  expect(best).toHaveBeenLastCalledWith(null);
  fireEvent.change(query('[data-smo-do=better]')!, { target: { value: 'less' } });
  expect(deeds.set).toHaveBeenLastCalledWith({ better: { 'metrics.auc': 'less' } });
  expect(query('[data-smo-do=best-run]')?.dataset.smoRun).toBe('s.11');
});
