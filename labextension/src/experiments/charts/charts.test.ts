import { describe, expect, it } from 'vitest';

import type { RunsTable } from '../../api/types';
import { applied, NO_RUNS } from '../table/columns';
import { axisOf, brushedRows, moved } from './axes';
import { extentY, lineOf, nearest, smoothed, spread, type IFrame } from './lines';
import { lookAt, lookOf } from './look';
import type { ISeries } from './props';
import { placeOf, roomy, spanTicks, ticks, timeTicks, valueAt } from './scale';
import { sparkPaths } from './sparkline';
import { chartsFromJson, FIRST_CHARTS } from './view';

function series(values: number[], more: Partial<ISeries> = {}): ISeries {
  return {
    id: 'a',
    label: 'a',
    colour: 0,
    dash: 0,
    steps: values.map((_, index) => index),
    times: values.map((_, index) => 1000 * index),
    values,
    ...more
  };
}

describe('lines', () => {
  it('go along times in their order, from the first one where relative', () => {
    const late = series([1, 2, 3], { steps: [0, 1, 2], times: [300, 100, 200] });
    expect([...lineOf(late, 'time', 0, false).xs]).toEqual([100, 200, 300]);
    expect([...lineOf(late, 'relative', 0, false).xs]).toEqual([0, 100, 200]);
    expect([...lineOf(late, 'relative', 0, false).ys]).toEqual([2, 3, 1]);
    expect([...lineOf(late, 'step', 0, false).ys]).toEqual([1, 2, 3]);
  });

  it('have gaps where there is no finite number, and on a logarithm no 0', () => {
    const holes = series([1, NaN, Infinity, 0, -1]);
    expect([...lineOf(holes, 'step', 0, false).ys]).toEqual([1, NaN, NaN, 0, -1]);
    expect([...lineOf(holes, 'step', 0, true).ys]).toEqual([1, NaN, NaN, NaN, NaN]);
  });

  it('are smoothed from their first value on, keep gaps, and keep what they were', () => {
    const line = lineOf(series([1, 3, NaN, 3]), 'step', 0.5, false);
    expect(line.ys[0]).toBe(1);
    expect(line.ys[1]).toBeCloseTo(7 / 3);
    expect(line.ys[2]).toBeNaN();
    expect(line.ys[3]).toBeCloseTo((1 * 0.125 + 3 * 0.25 + 3 * 0.5) / 0.875);
    expect([...(line.raw ?? [])]).toEqual([1, 3, NaN, 3]);
    expect(
      [...smoothed(Float64Array.of(5, 5, 5), 0.9)].map(one => one.toFixed(9))
    ).toEqual(['5.000000000', '5.000000000', '5.000000000']);
  });

  it('say their lowest and highest of what is in sight', () => {
    const line = lineOf(series([9, 1, 2, -5]), 'step', 0, false);
    expect(extentY([line], 1, 2)).toEqual([1, 2]);
    expect(extentY([line], -Infinity, Infinity)).toEqual([-5, 9]);
    expect(extentY([line], 10, 20)).toBeNull();
  });

  it('are meant by a pointer that is near them, also between two points', () => {
    const frame: IFrame = {
      x: { from: 0, to: 10, log: false },
      y: { from: 0, to: 10, log: false },
      left: 0,
      top: 0,
      width: 100,
      height: 100
    };
    const at = (steps: number[], values: number[]) =>
      lineOf(series(values, { steps }), 'step', 0, false);
    const lines = [at([0, 10], [0, 10]), at([0, 10], [10, 10]), at([4], [2])];
    // In the middle of the first line, far from both its ends; (10 - 6) * 10 is 40 from the top.
    expect(nearest(lines, frame, 60, 41)).toEqual({ line: 0, at: 1 });
    expect(nearest(lines, frame, 20, 3)).toEqual({ line: 1, at: 0 });
    expect(nearest(lines, frame, 41, 82)).toEqual({ line: 2, at: 0 });
    expect(nearest([], frame, 50, 50)).toBeNull();
  });
});

it('spreads letters so that none lies on another, inside of the plot', () => {
  const places = spread([50, 50, 51, 99], 12, 5, 100);
  const sorted = [...places].sort((a, b) => a - b);
  expect(
    sorted.every((one, index) => index === 0 || one - (sorted[index - 1] ?? 0) >= 12)
  ).toBe(true);
  expect(Math.max(...places)).toBeLessThanOrEqual(100);
});

describe('scales', () => {
  it('go there and back', () => {
    for (const scale of [
      { from: 2, to: 12, log: false },
      { from: 0.01, to: 100, log: true },
      { from: -1e308, to: 1e308, log: false }
    ]) {
      expect(placeOf(scale, scale.from)).toBeCloseTo(0);
      expect(placeOf(scale, valueAt(scale, 0.25))).toBeCloseTo(0.25);
    }
  });

  it('have room, also around one value and around what is as large as a number can be', () => {
    expect(roomy(1, 0, false)).toBeNull();
    expect(roomy(-1, 1, true)).toBeNull();
    for (const [from, to] of [
      [5, 5],
      [0, 0],
      [-1e308, 1.7e308]
    ] as const) {
      const scale = roomy(from, to, false);
      expect(scale && scale.to > scale.from && Number.isFinite(scale.to)).toBe(true);
    }
  });

  it('name round values, no more than there is room for', () => {
    const { at, words } = ticks({ from: 0.613, to: 0.892, log: false }, 6);
    expect(at.map(words)).toEqual(['0.65', '0.70', '0.75', '0.80', '0.85']);
    const log = ticks({ from: 0.001, to: 1000, log: true }, 8);
    expect(log.at.map(log.words)).toEqual([
      '0.001',
      '0.01',
      '0.1',
      '1',
      '10',
      '100',
      '1000'
    ]);
    for (const [from, to] of [
      [0, 1e-300],
      [-1e308, 1e308],
      [1e15, 1e15 + 1]
    ] as const) {
      expect(ticks({ from, to, log: false }, 5).at.length).toBeLessThanOrEqual(8);
    }
  });

  it('name times of day and spans', () => {
    const noon = new Date(2026, 10, 9, 12, 0).getTime();
    const hour = 3_600_000;
    const day = timeTicks({ from: noon, to: noon + 6 * hour, log: false }, 6);
    expect(day.words(day.at[0] ?? 0)).toMatch(/12.00/u);
    expect(day.at.length).toBe(7);
    const week = timeTicks({ from: noon, to: noon + 7 * 24 * hour, log: false }, 8);
    expect(new Date(week.at[0] ?? 0).getHours()).toBe(0);
    const span = spanTicks({ from: 0, to: 200_000, log: false }, 5);
    expect(span.at.map(span.words)).toEqual(['0:00', '1:00', '2:00', '3:00']);
    const short = spanTicks({ from: 0, to: 1000, log: false }, 4);
    expect(short.words(500)).toBe('0.5 s');
  });
});

it('draws a sparkline with its gaps, within its frame', () => {
  const { path, end } = sparkPaths([0, 1, NaN, 0.5, Infinity]);
  expect(path.match(/M/gu)).toHaveLength(2);
  expect(path).not.toContain('NaN');
  expect(end?.[1]).toBe(8);
  expect(sparkPaths([]).end).toBeNull();
  expect(sparkPaths([1e308, -1e308]).path).toMatch(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/u);
});

it('draws a run alike everywhere, and 36 runs apart', () => {
  expect(lookOf('B')).toEqual({ letter: 'B', colour: 1, dash: 1 });
  const looks = Array.from({ length: 36 }, (_, place) => JSON.stringify(lookAt(place)));
  expect(new Set(looks).size).toBe(36);
});

describe('axes', () => {
  const table: RunsTable = {
    cursor: 'c',
    whole: true,
    total: 4,
    ids: ['s.1', 's.2', 's.3', 's.4'],
    gone: [],
    columns: [
      { key: 'metrics.auc', numbers: [0.1, 1, 'NaN', null], codes: null, words: [] },
      {
        key: 'params.eta',
        numbers: null,
        codes: [0, 1, 2, -1],
        words: ['0.01', '0.1', '1']
      },
      { key: 'params.model', numbers: null, codes: [0, 1, 0, -1], words: ['b', 'a'] }
    ]
  };
  const runs = applied(NO_RUNS, table);
  const rows = Int32Array.of(0, 1, 2, 3);

  it('place numbers, parameters that are numbers, and words', () => {
    const auc = axisOf(runs, 'metrics.auc', rows, false);
    expect([...(auc?.places ?? [])]).toEqual([0, 1, NaN, NaN]);
    expect(auc?.missing).toBe(2);
    expect(
      [...(axisOf(runs, 'params.eta', rows, true)?.places ?? [])]
        .slice(0, 3)
        .map(p => p.toFixed(2))
    ).toEqual(['0.00', '0.50', '1.00']);
    const model = axisOf(runs, 'params.model', rows, false);
    expect(model?.words).toEqual(['a', 'b']);
    expect([...(model?.places ?? [])]).toEqual([0.75, 0.25, 0.75, NaN]);
    expect(model?.said(0.2)).toBe('a');
    expect(axisOf(runs, 'params.none', rows, false)).toBeNull();
  });

  it('leave what all brushes cover; what has no value is in no brush', () => {
    const axes = ['metrics.auc', 'params.eta', 'params.model'].map(key =>
      axisOf(runs, key, rows, false)!
    );
    expect(brushedRows(axes, {}, rows)).toBe(rows);
    const brush = { 'params.model': { from: 0.5, to: 1 } };
    expect([...brushedRows(axes, brush, rows)]).toEqual([0, 2]);
    const both = { ...brush, 'metrics.auc': { from: 0, to: 1 } };
    expect([...brushedRows(axes, both, rows)]).toEqual([0]);
    expect([...brushedRows(axes, { toString: { from: 0, to: 0 } }, rows)]).toEqual([
      0, 1, 2, 3
    ]);
  });

  it('are moved, and stay where they would leave', () => {
    expect(moved(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 'a', 9)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
    expect(moved(['a'], 'x', 1)).toEqual(['a']);
  });
});

it('reads what a link says of charts, and nothing that is not understood', () => {
  expect(chartsFromJson(null)).toEqual(FIRST_CHARTS);
  expect(
    chartsFromJson({
      x: 'sideways',
      smooth: 7,
      first: 1e9,
      metrics: 'auc',
      scatter: ['a']
    })
  ).toEqual(FIRST_CHARTS);
  const said = {
    ...FIRST_CHARTS,
    metrics: ['metrics.auc'],
    x: 'time',
    smooth: 0.5,
    log: true,
    first: 50,
    axes: ['params.eta'],
    logAxes: ['params.eta'],
    scatter: ['a', 'b', 'a'],
    bars: 'metrics.auc'
  };
  expect(chartsFromJson(JSON.parse(JSON.stringify(said)))).toEqual(said);
});
