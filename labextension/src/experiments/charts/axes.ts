/** Columns of runs as axes: where each run lies on them, and which runs a brush leaves. */

import { figure, moment, stopwatch } from '../format';
import { firstColumns } from '../shown-columns';
import { numbersOf, type Column, type IRuns } from '../table/columns';
import { placeOf, valueAt, type IScale } from './scale';

export interface IAxis {
  readonly key: string;
  /** By row, 0 at the bottom to 1; NaN: the run has nothing that can be placed. */
  readonly places: Float64Array;
  /** Of an axis of numbers. */
  readonly scale: IScale | null;
  /** Of an axis of words, bottom to top. */
  readonly words: readonly string[];
  /** Runs that it cannot place. */
  readonly missing: number;
  /** A value, said short. */
  said(place: number): string;
}

/** Parameters that are axes before anybody chose. */
const PARAMS = 6;

/** The part of an axis that a brush covers; 0 to 1. */
export interface IBrush {
  readonly from: number;
  readonly to: number;
}

export type Brushes = Readonly<Record<string, IBrush>>;

/** Null: no run has a value there. */
export function axisOf(
  runs: IRuns,
  key: string,
  rows: Int32Array,
  log: boolean
): IAxis | null {
  const column = runs.columns.get(key);
  const numbers = numbersOf(column);
  return numbers
    ? numberAxis(key, numbers.values, rows, log)
    : column?.kind === 'words'
      ? wordAxis(key, column, rows)
      : null;
}

function numberAxis(
  key: string,
  values: Float64Array,
  rows: Int32Array,
  log: boolean
): IAxis | null {
  let [from, to] = [Infinity, -Infinity];
  for (const row of rows) {
    const value = values[row] as number;
    if (Number.isFinite(value) && !(log && value <= 0)) {
      from = value < from ? value : from;
      to = value > to ? value : to;
    }
  }
  if (from > to) {
    return log ? numberAxis(key, values, rows, false) : null;
  }
  const scale = { from, to, log };
  const places = new Float64Array(values.length).fill(NaN);
  let missing = 0;
  for (const row of rows) {
    const value = values[row] as number;
    if (Number.isFinite(value) && !(log && value <= 0)) {
      places[row] = to > from ? placeOf(scale, value) : 0.5;
    } else {
      missing += 1;
    }
  }
  const words = saying(key);
  return {
    key,
    places,
    scale,
    words: [],
    missing,
    said: place => words(to > from ? valueAt(scale, place) : from)
  };
}

function wordAxis(
  key: string,
  column: Extract<Column, { kind: 'words' }>,
  rows: Int32Array
): IAxis | null {
  const found = new Set<number>();
  for (const row of rows) {
    const code = column.codes[row] as number;
    if (code >= 0) {
      found.add(code);
    }
  }
  if (found.size === 0) {
    return null;
  }
  const words = [...found].map(code => column.words[code] ?? '').sort();
  const placeOfWord = new Map(
    words.map((word, index) => [word, share(index, words.length)])
  );
  const placeOfCode = new Map(
    [...found].map(code => [code, placeOfWord.get(column.words[code] ?? '') ?? NaN])
  );
  const places = new Float64Array(column.codes.length).fill(NaN);
  let missing = 0;
  for (const row of rows) {
    const place = placeOfCode.get(column.codes[row] as number) ?? NaN;
    places[row] = place;
    missing += Number.isNaN(place) ? 1 : 0;
  }
  const said = (place: number) =>
    words[
      Math.min(words.length - 1, Math.max(0, Math.round(place * words.length - 0.5)))
    ] ?? '';
  return { key, places, scale: null, words, missing, said };
}

/** Words have room below the first and above the last, for a brush. */
function share(index: number, count: number): number {
  return (index + 0.5) / count;
}

function saying(key: string): (value: number) => string {
  switch (key) {
    case 'attributes.started':
    case 'attributes.ended':
      return value => moment(value);
    case 'attributes.time':
      return stopwatch;
    default:
      return figure;
  }
}

/** The rows that all brushes cover, in their order. */
export function brushedRows(
  axes: readonly IAxis[],
  brushes: Brushes,
  rows: Int32Array
): Int32Array {
  const active = axes.flatMap(({ key, places }) => {
    const brush = Object.hasOwn(brushes, key) ? brushes[key] : undefined;
    return brush ? [{ places, from: brush.from - 1e-9, to: brush.to + 1e-9 }] : [];
  });
  if (active.length === 0) {
    return rows;
  }
  return rows.filter(row =>
    active.every(({ places, from, to }) => {
      const place = places[row] as number;
      return place >= from && place <= to;
    })
  );
}

/** The axis moved beside another one. */
export function moved(keys: readonly string[], key: string, by: number): string[] {
  const at = keys.indexOf(key);
  const to = Math.min(keys.length - 1, Math.max(0, at + by));
  const rest = keys.filter(one => one !== key);
  return at < 0 ? [...keys] : [...rest.slice(0, to), key, ...rest.slice(to)];
}

/** What tells runs apart, and the metric at the end. */
export function firstAxes(runs: IRuns): string[] {
  const shown = firstColumns(runs);
  const params = shown.filter(key => key.startsWith('params.')).slice(0, PARAMS);
  const metrics = shown.filter(key => key.startsWith('metrics.'));
  return [...params, ...metrics.slice(1, 2), ...metrics.slice(0, 1)];
}
