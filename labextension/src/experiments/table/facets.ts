/** Narrowing by what runs have: some words of a column, or a range of its numbers. */

import { numbersOf, textAt, type IRuns } from './columns';

export type Facet =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Both ends belong to it. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number };

export type Facets = Readonly<Record<string, Facet>>;

export interface INarrowed {
  /** The filter and the search let it through. */
  readonly keep: Uint8Array;
  /** How many facets a row misses. */
  readonly missed: Uint8Array;
  /** For each facet, 1: the row misses it. */
  readonly misses: ReadonlyMap<string, Uint8Array>;
}

export function narrowed(runs: IRuns, facets: Facets, keep: Uint8Array): INarrowed {
  const missed = new Uint8Array(keep.length);
  const misses = new Map<string, Uint8Array>();
  for (const [key, facet] of Object.entries(facets)) {
    const column = runs.columns.get(key);
    const values = facet.kind === 'range' ? numbersOf(column)?.values : undefined;
    const miss = new Uint8Array(keep.length);
    const words = facet.kind === 'words' ? new Set(facet.words) : null;
    const wanted =
      words && column?.kind === 'words'
        ? Uint8Array.from(column.words, word => (words.has(word) ? 1 : 0))
        : null;
    for (let row = 0; row < keep.length; row += 1) {
      let out: boolean;
      if (facet.kind === 'range') {
        const value = values?.[row] ?? NaN;
        out = !(value >= facet.from && value <= facet.to);
      } else if (wanted && column?.kind === 'words') {
        out = !wanted[column.codes[row] as number];
      } else {
        out = !words?.has(textAt(column, row) ?? '');
      }
      miss[row] = out ? 1 : 0;
      // More than 255 facets are one facet too many to count, and out all the same.
      missed[row] = Math.min(255, (missed[row] as number) + (out ? 1 : 0));
    }
    misses.set(key, miss);
  }
  return { keep, missed, misses };
}

/** Rows that nothing keeps out. */
export function kept({ keep, missed }: INarrowed): Int32Array {
  const rows = new Int32Array(keep.length);
  let length = 0;
  for (let row = 0; row < keep.length; row += 1) {
    if (keep[row] && !missed[row]) {
      rows[length++] = row;
    }
  }
  return rows.slice(0, length);
}

export interface ICount {
  readonly word: string;
  readonly count: number;
}

/** How many runs each word would leave: all else narrows, the column's own facet does not. */
export function counts(runs: IRuns, key: string, by: INarrowed): ICount[] {
  const column = runs.columns.get(key);
  if (column?.kind !== 'words') {
    return [];
  }
  const found = new Int32Array(column.words.length);
  const others = withoutOwn(key, by);
  for (let row = 0; row < by.keep.length; row += 1) {
    const code = column.codes[row] as number;
    if (code >= 0 && others(row)) {
      found[code] = (found[code] as number) + 1;
    }
  }
  return column.words
    .map((word, code) => ({ word, count: found[code] as number }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
}

export const BINS = 20;

export interface IHistogram {
  readonly from: number;
  readonly to: number;
  /** Runs in each bin: all of them, and those that all else leaves. */
  readonly all: Int32Array;
  readonly kept: Int32Array;
}

/** Null: no run has a finite number there. */
export function histogram(runs: IRuns, key: string, by: INarrowed): IHistogram | null {
  const column = numbersOf(runs.columns.get(key));
  if (!column) {
    return null;
  }
  const { values } = column;
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) {
      from = value < from ? value : from;
      to = value > to ? value : to;
    }
  }
  if (from > to) {
    return null;
  }
  const all = new Int32Array(BINS);
  const left = new Int32Array(BINS);
  const within = placeOf(from, to);
  const { keep, missed } = by;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (Number.isFinite(value)) {
      const bin = within(value);
      all[bin] = (all[bin] as number) + 1;
      if (keep[row] && !missed[row]) {
        left[bin] = (left[bin] as number) + 1;
      }
    }
  }
  return { from, to, all, kept: left };
}

/** The bin of a number; halves first, since 1e308 - -1e308 is more than a number holds. */
function placeOf(from: number, to: number): (value: number) => number {
  const half = to / 2 - from / 2;
  return value =>
    half > 0 ? Math.min(BINS - 1, Math.floor(((value / 2 - from / 2) / half) * BINS)) : 0;
}

/** The range of bins `first` to `last`, as a facet. */
export function brushed(shown: IHistogram, first: number, last: number): Facet {
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const edge = (bin: number) =>
    bin <= 0
      ? shown.from
      : bin >= BINS
        ? shown.to
        : shown.from * (1 - bin / BINS) + shown.to * (bin / BINS);
  return { kind: 'range', from: edge(low), to: edge(high + 1) };
}

/** A word chosen or no longer; a facet without words is none. */
export function toggled(facets: Facets, key: string, word: string): Facets {
  const old = facets[key];
  const words = old?.kind === 'words' ? old.words : [];
  const next = words.includes(word)
    ? words.filter(one => one !== word)
    : [...words, word];
  return withFacet(facets, key, next.length > 0 ? { kind: 'words', words: next } : null);
}

export function withFacet(facets: Facets, key: string, facet: Facet | null): Facets {
  const others = Object.entries(facets).filter(([one]) => one !== key);
  return Object.fromEntries(facet ? [...others, [key, facet]] : others);
}

function withoutOwn(key: string, by: INarrowed): (row: number) => boolean {
  const own = by.misses.get(key);
  const { keep, missed } = by;
  return row =>
    keep[row] === 1 && (missed[row] === 0 || (missed[row] === 1 && own?.[row] === 1));
}
