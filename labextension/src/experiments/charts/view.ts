/** How the charts are looked at: a part of what a layout and a link carry. */

import type { Along } from './props';

export interface IChartsView {
  /** Metrics whose curves are shown; null: the one that the table sorts by, or the first. */
  readonly metrics: readonly string[] | null;
  readonly x: Along;
  readonly smooth: number;
  readonly log: boolean;
  /** How many runs of the list have curves; 0: the chosen runs. */
  readonly first: number;
  /** Keys of the axes of parallel coordinates, in order; null: what tells runs apart. */
  readonly axes: readonly string[] | null;
  /** Those of the axes that are logarithmic. */
  readonly logAxes: readonly string[];
  /** Keys of the scatter's x, y and colour; null: what is usual. */
  readonly scatter: readonly [string, string, string] | null;
  /** The metric of the bars; null: as the curves. */
  readonly bars: string | null;
}

export const FIRST_CHARTS: IChartsView = {
  metrics: null,
  x: 'step',
  smooth: 0,
  log: false,
  first: 0,
  axes: null,
  logAxes: [],
  scatter: null,
  bars: null
};

/** Runs whose curves one may ask for. */
export const FIRSTS = [0, 10, 50, 100];

/** What is not understood is as it is at first. */
export function chartsFromJson(json: unknown): IChartsView {
  const from = (typeof json === 'object' && json !== null ? json : {}) as Readonly<
    Record<keyof IChartsView, unknown>
  >;
  const scatter = texts(from.scatter);
  const isShare = typeof from.smooth === 'number' && from.smooth >= 0 && from.smooth < 1;
  return {
    metrics: Array.isArray(from.metrics) ? texts(from.metrics) : null,
    x: from.x === 'time' || from.x === 'relative' ? from.x : 'step',
    smooth: isShare ? from.smooth : 0,
    log: from.log === true,
    first: FIRSTS.includes(from.first as number) ? (from.first as number) : 0,
    axes: Array.isArray(from.axes) ? texts(from.axes) : null,
    logAxes: texts(from.logAxes),
    scatter:
      scatter.length === 3 ? (scatter as unknown as [string, string, string]) : null,
    bars: typeof from.bars === 'string' ? from.bars : null
  };
}

/** Repeated keys stay in a scatter (x and colour may be one column); no more than 100. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [];
  return list.filter(one => typeof one === 'string').slice(0, 100);
}
