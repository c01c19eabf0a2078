/** Runs as the server sends them, and chance that is the same each time. */

import type { Column, RunsTable } from '../api/types';
import { applied, NO_RUNS, type IRuns } from '../experiments/table/columns';

type Value = number | string | null;

/** Values by key and run: numbers make a column of numbers, anything else one of words. */
export function table(
  ids: readonly string[],
  columns: Readonly<Record<string, readonly Value[]>>,
  more: Partial<RunsTable> = {}
): RunsTable {
  return {
    cursor: 'c1',
    whole: true,
    total: ids.length,
    ids,
    columns: Object.entries(columns).map(([key, values]) => column(key, values)),
    gone: [],
    ...more
  };
}

const NOT_JSON: Record<string, 'NaN' | 'Infinity'> = { NaN: 'NaN', Infinity: 'Infinity' };

function column(key: string, values: readonly Value[]): Column {
  if (key.startsWith('metrics.') || /\.(started|ended)$/u.test(key)) {
    const numbers = values.map(value =>
      typeof value === 'number' && !Number.isFinite(value)
        ? (NOT_JSON[String(value)] ?? '-Infinity')
        : (value as number | null)
    );
    return { key, numbers, codes: null, words: [] };
  }
  const words = [...new Set(values.filter(value => value !== null).map(String))];
  const codes = values.map(value => (value === null ? -1 : words.indexOf(String(value))));
  return { key, numbers: null, codes, words };
}

export function runsOf(
  ids: readonly string[],
  columns: Readonly<Record<string, readonly Value[]>>,
  more: Partial<RunsTable> = {}
): IRuns {
  return applied(NO_RUNS, table(ids, columns, more));
}

/** Numbers in [0, 1), the same for a seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
