/** Series as lines: along which axis, smoothed, and which of them a pointer means. */

import { placeOf, type IScale } from './scale';
import type { Along, ISeries } from './props';

export interface ILine {
  readonly series: ISeries;
  /** Ascending. */
  readonly xs: Float64Array;
  /** NaN: a gap. */
  readonly ys: Float64Array;
  /** Before they were smoothed; null: they were not. */
  readonly raw: Float64Array | null;
  /** Of each point its place in the series. */
  readonly points: Int32Array;
}

export function lineOf(
  series: ISeries,
  along: Along,
  smooth: number,
  log: boolean
): ILine {
  const from = along === 'step' ? series.steps : series.times;
  const start =
    along === 'relative' ? series.times.reduce((a, b) => Math.min(a, b), Infinity) : 0;
  const points = Int32Array.from(series.values, (_, index) => index);
  const x = (index: number) => (from[index] ?? 0) - start;
  if (along !== 'step') {
    points.sort((a, b) => x(a) - x(b) || a - b);
  }
  const raw = Float64Array.from(points, index => {
    const value = series.values[index] ?? NaN;
    return Number.isFinite(value) && !(log && value <= 0) ? value : NaN;
  });
  return {
    series,
    xs: Float64Array.from(points, x),
    ys: smooth > 0 ? smoothed(raw, smooth) : raw,
    raw: smooth > 0 ? raw : null,
    points
  };
}

/**
 * A moving average that forgets: each value counts `weight` times as much as the next. What
 * lies before the first value counts nothing, so that lines begin where they began.
 */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  const kept = Math.min(0.999, Math.max(0, weight));
  let [sum, total] = [0, 0];
  return values.map(value => {
    if (Number.isNaN(value)) {
      return NaN;
    }
    sum = sum * kept + value * (1 - kept);
    total = total * kept + (1 - kept);
    return sum / total;
  });
}

/** The smallest and largest of the lines' x; null: there are none. */
export function extentX(lines: readonly ILine[]): readonly [number, number] | null {
  let [from, to] = [Infinity, -Infinity];
  for (const { xs } of lines) {
    if (xs.length > 0) {
      from = Math.min(from, xs[0] as number);
      to = Math.max(to, xs[xs.length - 1] as number);
    }
  }
  return from <= to ? [from, to] : null;
}

/** The smallest and largest values between two x; null: there are none. */
export function extentY(
  lines: readonly ILine[],
  from: number,
  to: number
): readonly [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const { xs, ys, raw } of lines) {
    const end = firstAfter(xs, to);
    for (let index = firstAt(xs, from); index < end; index += 1) {
      for (const values of raw ? [ys, raw] : [ys]) {
        const value = values[index] as number;
        low = value < low ? value : low;
        high = value > high ? value : high;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/** The first place whose x is not below `value`. */
export function firstAt(xs: Float64Array, value: number): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export function firstAfter(xs: Float64Array, value: number): number {
  let at = firstAt(xs, value);
  while (at < xs.length && xs[at] === value) {
    at += 1;
  }
  return at;
}

export interface IFrame {
  readonly x: IScale;
  readonly y: IScale;
  /** The plot, in pixels of the canvas. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface IHit {
  readonly line: number;
  /** Place in the line. */
  readonly at: number;
}

/** The point of the line that passes nearest to a place of the canvas; null: none is near. */
export function nearest(
  lines: readonly ILine[],
  frame: IFrame,
  px: number,
  py: number
): IHit | null {
  let best: IHit | null = null;
  let least = 60; // pixels
  const part = (px - frame.left) / frame.width;
  lines.forEach(({ xs, ys }, line) => {
    const x = frame.x.from + (frame.x.to - frame.x.from) * part;
    const after = firstAt(xs, x);
    for (const at of [after - 1, after]) {
      const [ax, ay] = [xs[at], ys[at]];
      if (ax === undefined || ay === undefined || Number.isNaN(ay)) {
        continue;
      }
      const other = at === after ? at - 1 : at + 1;
      const y = between(x, ax, ay, xs[other], ys[other]);
      const down = frame.top + (1 - placeOf(frame.y, y)) * frame.height - py;
      const aside = (placeOf(frame.x, ax) - part) * frame.width;
      // How far the line is decides; of its two points the nearer one is meant.
      const away =
        Math.abs(down) + (y === ay ? Math.abs(aside) : 0) + Math.abs(aside) / 1000;
      if (away < least) {
        least = away;
        best = { line, at };
      }
    }
  });
  return best;
}

/** The line's y at x, or the point's own where the line ends or has a gap. */
function between(x: number, ax: number, ay: number, bx = NaN, by = NaN): number {
  const part = (x - ax) / (bx - ax);
  return part >= 0 && part <= 1 && Number.isFinite(by) ? ay + (by - ay) * part : ay;
}

/** Places of letters, top to bottom as the values are, each at least `gap` below the other. */
export function spread(
  places: readonly number[],
  gap: number,
  from: number,
  to: number
): number[] {
  const order = places
    .map((_, index) => index)
    .sort((a, b) => (places[a] as number) - (places[b] as number));
  const result = [...places];
  let last = -Infinity;
  for (const index of order) {
    last = Math.max(result[index] as number, last + gap, from);
    result[index] = last;
  }
  let next = to;
  for (const index of order.reverse()) {
    next = Math.min(result[index] as number, next);
    result[index] = next;
    next -= gap;
  }
  return result;
}
