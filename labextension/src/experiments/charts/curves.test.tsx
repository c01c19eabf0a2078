import { act, cleanup, fireEvent, render } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';
import { afterEach, expect, it } from 'vitest';

import { withCanvas } from '../../testing/canvas';
import { trans } from '../../testing/view';
import { Curves } from './curves';
import { lookOf } from './look';
import type { ICurvesProps, ISeries } from './props';

afterEach(cleanup);

const HOSTILE = '<img src=x onerror="window.hacked=1">';

function series(id: string, values: readonly number[], letter?: string): ISeries {
  return {
    id,
    label: `run ${id}`,
    ...(letter === undefined ? { colour: 0, dash: 0 } : lookOf(letter)),
    steps: values.map((_, index) => index),
    times: values.map((_, index) => 1000 * index),
    values
  };
}

const TWO = [series('1', [0, 1, 2, 3], 'A'), series('2', [3, 2, NaN, 0], 'B')];

function show(more: Partial<ICurvesProps> = {}) {
  const canvas = withCanvas();
  let props: ICurvesProps = {
    series: TWO,
    x: 'step',
    smooth: 0,
    log: false,
    height: 300,
    label: 'val_auc',
    trans,
    ...more
  };
  const { container, rerender } = render(<Curves {...props} />);
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  act(canvas.frame);
  return {
    ...canvas,
    container,
    query,
    plot: query('.smo-Curves-plot')!,
    heard: () => query('[role=status]')?.textContent ?? '',
    again: (next: Partial<ICurvesProps>) => {
      props = { ...props, ...next };
      canvas.drawn.strokes.length = canvas.drawn.texts.length = 0;
      rerender(<Curves {...props} />);
      act(canvas.frame);
    }
  };
}

it('draws each line in its dash, with the gap, and its letter at the end', () => {
  const { drawn } = show();
  const lines = drawn.strokes.filter(({ points }) => points > 2);
  expect(lines.map(({ dash }) => dash)).toEqual([[], [7, 4]]);
  expect(lines.map(({ points }) => points)).toEqual([4, 3]);
  expect(drawn.texts).toEqual(expect.arrayContaining(['A', 'B', 'step', '1', '2']));
});

it('shows a faint line behind a smoothed one', () => {
  const { drawn } = show({ smooth: 0.5 });
  expect(drawn.strokes.filter(({ points }) => points > 2)).toHaveLength(4);
});

it('is gone through by keys, and says where one is', () => {
  const { plot, heard } = show();
  const key = (name: string) => fireEvent.keyDown(plot, { key: name });
  key('ArrowRight');
  expect(heard()).toBe('run 1: 0, step 0');
  key('End');
  expect(heard()).toBe('run 1: 3, step 3');
  key('ArrowDown');
  expect(heard()).toBe('run 2: 0, step 3');
  key('ArrowLeft');
  key('ArrowLeft');
  expect(heard()).toBe('run 2: 2, step 1');
  key('Escape');
  expect(heard()).toBe('');
});

it('zooms by drag and keys, keeps that when points come, and shows all again', () => {
  const { plot, query, again, frame, drawn } = show();
  // jsdom has no PointerEvent.
  const point = (name: string, clientX: number) =>
    fireEvent(plot, new MouseEvent(name, { bubbles: true, clientX, clientY: 100 }));
  const drag = (from: number, to: number) => {
    point('pointerdown', from);
    point('pointermove', to);
    point('pointerup', to);
  };
  drag(200, 202);
  expect(plot.dataset.smoZoomed).toBeUndefined();
  drag(200, 400);
  act(frame);
  expect(plot.dataset.smoZoomed).toBe('true');
  again({ series: [series('1', [0, 1, 2, 3, 4, 5], 'A')] });
  expect(plot.dataset.smoZoomed).toBe('true');
  expect(drawn.texts).not.toContain('5');
  fireEvent.doubleClick(plot);
  act(frame);
  expect(plot.dataset.smoZoomed).toBeUndefined();
  fireEvent.keyDown(plot, { key: '+' });
  expect(plot.dataset.smoZoomed).toBe('true');
  fireEvent.click(query('[data-smo-do=zoom-out]')!);
  expect(plot.dataset.smoZoomed).toBeUndefined();
  fireEvent.keyDown(plot, { key: '+' });
  again({ x: 'relative' });
  expect(plot.dataset.smoZoomed).toBeUndefined();
});

it('switches lines off in a legend of one tab stop', () => {
  const { container, drawn, again, query } = show();
  const legend = [...container.querySelectorAll<HTMLElement>('[data-smo-curve]')];
  expect(legend.map(one => one.tabIndex)).toEqual([0, -1]);
  act(() => legend[0]!.focus());
  fireEvent.keyDown(legend[0]!, { key: 'End' });
  expect(document.activeElement).toBe(legend[1]);
  fireEvent.click(legend[1]!);
  expect(legend[1]!.getAttribute('aria-pressed')).toBe('false');
  again({});
  expect(drawn.texts).not.toContain('B');
  fireEvent.click(legend[0]!);
  expect(query('.smo-Curves-none')?.textContent).toBe('All curves are switched off.');
});

it('has a table behind it, shown on request, and no fault that axe finds', async () => {
  const { container, query } = show();
  const cells = [...container.querySelectorAll('tbody tr')].map(row =>
    [...row.children].map(cell => cell.textContent)
  );
  expect(cells).toEqual([
    ['A run 1', '0', '0', '3', '3', '3'],
    ['B run 2', '3', '0', '3', '0', '3']
  ]);
  expect(query('.smo-ChartTable')).toBeNull();
  fireEvent.click(query('[data-smo-do=as-table]')!);
  expect(query('.smo-ChartTable table')).not.toBeNull();
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  expect(violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
});

it('says why nothing is drawn, and takes names for text', () => {
  const { query, again, container } = show({ series: [] });
  expect(query('.smo-Curves-none')?.textContent).toBe('There are no points yet.');
  again({ series: [series('1', [-1, 0])], log: true });
  expect(query('.smo-Curves-none')?.textContent).toContain('no value above 0');
  again({ series: [{ ...series(HOSTILE, [1, 2]), label: HOSTILE }], log: false });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain('<img');
});

it('takes 1 point, values beyond all scales, and steps that were logged twice', () => {
  const { drawn, again } = show({ series: [series('1', [5])] });
  expect(drawn.texts.length).toBeGreaterThan(2);
  again({ series: [series('1', [1e308, -1e308, Infinity])] });
  expect(drawn.texts.some(text => /NaN|Infinity/u.test(text))).toBe(false);
  again({ series: [{ ...series('1', [1, 2, 3]), steps: [0, 0, 1] }] });
  expect(drawn.strokes.some(({ points }) => points === 3)).toBe(true);
});
