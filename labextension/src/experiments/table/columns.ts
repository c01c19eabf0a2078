/**
 * Runs by columns: numbers in typed arrays, texts as codes into a dictionary. A store never
 * changes; what the server tells makes a new one, so that a view sees one moment at a time.
 */

import type { Column as IWireColumn, RunsTable } from '../../api/types';

/** A number that JSON does not know is text. */
type WireNumber = NonNullable<IWireColumn['numbers']>[number];

export interface INumbers {
  readonly kind: 'numbers';
  readonly key: string;
  /** NaN where the run recorded NaN, and where it has no value: `there` tells which. */
  readonly values: Float64Array;
  /** 1: the run has this value. */
  readonly there: Uint8Array;
}

export interface IWords {
  readonly kind: 'words';
  readonly key: string;
  /** Index into `words`; -1: the run has no such value. */
  readonly codes: Int32Array;
  readonly words: readonly string[];
}

export type Column = INumbers | IWords;

export interface IRuns {
  readonly cursor: string;
  /** Runs of the chosen experiments, also those that are not here yet. */
  readonly total: number;
  readonly ids: readonly string[];
  /** A run's row. */
  readonly rows: ReadonlyMap<string, number>;
  readonly columns: ReadonlyMap<string, Column>;
}

export const NO_RUNS: IRuns = {
  cursor: '',
  total: 0,
  ids: [],
  rows: new Map(),
  columns: new Map()
};

/** What the page has after an answer of the server. */
export function applied(old: IRuns, table: RunsTable): IRuns {
  const base = table.whole ? NO_RUNS : old;
  const gone = new Set(table.gone);
  const ids: string[] = [];
  const rows = new Map<string, number>();
  /** For each row of the base its new one; -1: it is gone. */
  const moved = new Int32Array(base.ids.length).fill(-1);
  base.ids.forEach((id, row) => {
    if (!gone.has(id)) {
      moved[row] = ids.length;
      rows.set(id, ids.length);
      ids.push(id);
    }
  });
  const places = table.ids.map(id => {
    const known = rows.get(id);
    if (known !== undefined) {
      return known;
    }
    rows.set(id, ids.length);
    ids.push(id);
    return ids.length - 1;
  });
  const sent = new Map(table.columns.map(column => [column.key, column]));
  const columns = new Map<string, Column>();
  for (const key of new Set([...base.columns.keys(), ...sent.keys()])) {
    const change = { moved, places, length: ids.length };
    columns.set(key, merged(key, base.columns.get(key), sent.get(key), change));
  }
  withTime(columns, ids.length);
  return { cursor: table.cursor, total: table.total, ids, rows, columns };
}

/** How long a run took, in milliseconds: no store records it, and everybody sorts by it. */
export const TIME = 'attributes.time';

interface IChange {
  readonly moved: Int32Array;
  /** Rows of the runs that were sent; all they had is replaced. */
  readonly places: readonly number[];
  readonly length: number;
}

function merged(
  key: string,
  old: Column | undefined,
  sent: IWireColumn | undefined,
  change: IChange
): Column {
  const words = old?.kind === 'words' || (sent !== undefined && !sent.numbers);
  return words
    ? mergedWords(key, old, sent, change)
    : mergedNumbers(key, old, sent, change);
}

function mergedNumbers(
  key: string,
  old: INumbers | Column | undefined,
  sent: IWireColumn | undefined,
  { moved, places, length }: IChange
): INumbers {
  const values = new Float64Array(length).fill(NaN);
  const there = new Uint8Array(length);
  if (old?.kind === 'numbers') {
    moved.forEach((to, row) => {
      if (to >= 0) {
        values[to] = old.values[row] ?? NaN;
        there[to] = old.there[row] ?? 0;
      }
    });
  }
  places.forEach((to, index) => {
    const value = numberOf(sent?.numbers?.[index]);
    values[to] = value ?? NaN;
    there[to] = value === null ? 0 : 1;
  });
  return { kind: 'numbers', key, values, there };
}

/** Also where the one side has numbers: "auto" came after 0.1. */
function mergedWords(
  key: string,
  old: Column | undefined,
  sent: IWireColumn | undefined,
  { moved, places, length }: IChange
): IWords {
  const codes = new Int32Array(length).fill(-1);
  const words: string[] = [];
  const known = new Map<string, number>();
  const code = (word: string | null) => {
    if (word === null) {
      return -1;
    }
    const before = known.get(word);
    if (before !== undefined) {
      return before;
    }
    known.set(word, words.length);
    return words.push(word) - 1;
  };
  // By word, not by row: a word that a thousand runs share is looked up once.
  const oldCodes = old?.kind === 'words' ? old.words.map(code) : [];
  moved.forEach((to, row) => {
    if (to >= 0 && old) {
      codes[to] =
        old.kind === 'words'
          ? (oldCodes[old.codes[row] ?? -1] ?? -1)
          : code(textAt(old, row));
    }
  });
  const sentCodes = (sent?.words ?? []).map(word => code(word));
  places.forEach((to, index) => {
    const number = numberOf(sent?.numbers?.[index]);
    codes[to] = sent?.codes
      ? (sentCodes[sent.codes[index] ?? -1] ?? -1)
      : code(number === null ? null : String(number));
  });
  // The same list where nothing came: what was derived from it holds.
  const same = old?.kind === 'words' && old.words.length === words.length;
  return { kind: 'words', key, codes, words: same ? old.words : words };
}

function withTime(columns: Map<string, Column>, length: number): void {
  const started = columns.get('attributes.started');
  const ended = columns.get('attributes.ended');
  if (started?.kind !== 'numbers' || ended?.kind !== 'numbers') {
    columns.delete(TIME);
    return;
  }
  const values = new Float64Array(length).fill(NaN);
  const there = new Uint8Array(length);
  for (let row = 0; row < length; row += 1) {
    const span = (ended.values[row] ?? NaN) - (started.values[row] ?? NaN);
    if (Number.isFinite(span)) {
      values[row] = Math.max(0, span);
      there[row] = 1;
    }
  }
  columns.set(TIME, { kind: 'numbers', key: TIME, values, there });
}

const NOT_JSON: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity
};

/** Null: there is none. NaN: NaN was recorded. */
function numberOf(value: WireNumber | undefined): number | null {
  return typeof value === 'number' ? value : (NOT_JSON[value ?? ''] ?? null);
}

/** A value as text; null: the run has none. */
export function textAt(column: Column | undefined, row: number): string | null {
  if (column?.kind === 'words') {
    return column.words[column.codes[row] ?? -1] ?? null;
  }
  return column?.there[row] ? String(column.values[row]) : null;
}

/** A value as number; null: the run has none, or it is a text. */
export function numberAt(column: Column | undefined, row: number): number | null {
  return column?.kind === 'numbers' && column.there[row]
    ? (column.values[row] ?? null)
    : null;
}

/** What a number looks like when it is a text: parameters are. */
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/iu;

/** Null: the text is no number. */
export function parsedNumber(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null;
}

const known = new WeakMap<IWords, INumbers | null>();

/** The column as numbers, also where all its texts are; null: it is one of words. */
export function numbersOf(column: Column | undefined): INumbers | null {
  if (column?.kind !== 'words') {
    return column ?? null;
  }
  let numbers = known.get(column);
  if (numbers === undefined) {
    const { key, codes, words } = column;
    const parsed = words.map(parsedNumber);
    numbers =
      words.length === 0 || parsed.includes(null)
        ? null
        : {
            kind: 'numbers',
            key,
            values: Float64Array.from(codes, code => parsed[code] ?? NaN),
            there: Uint8Array.from(codes, code => (code < 0 ? 0 : 1))
          };
    known.set(column, numbers);
  }
  return numbers;
}
