/** Which rows of a table are shown, and in which order. */

export interface ISort {
  /** A column's id. */
  readonly by: string;
  readonly down: boolean;
}

/** What a column sorts by; null comes last in either direction. */
export type Value = string | number | null;

/** Rows in the order of a column; those that are equal keep the order they have. */
export function sorted<T>(
  rows: readonly T[],
  sort: ISort,
  value: (row: T, by: string) => Value
): T[] {
  const sign = sort.down ? -1 : 1;
  return rows
    .map(row => ({ row, value: value(row, sort.by) }))
    .sort((a, b) => compare(a.value, b.value, sign))
    .map(({ row }) => row);
}

const WORDS = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) {
    return a === b ? 0 : a === null ? 1 : -1;
  }
  return typeof a === 'number' && typeof b === 'number'
    ? sign * (a - b)
    : sign * WORDS.compare(String(a), String(b));
}

/** Rows one of whose texts holds all the words that were typed. */
export function found<T>(
  rows: readonly T[],
  query: string,
  texts: (row: T) => readonly (string | null)[]
): readonly T[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return rows;
  }
  return rows.filter(row => {
    const text = texts(row).join(' ').toLowerCase();
    return words.every(word => text.includes(word));
  });
}

/** A click on a column's head: first the way that is asked for most, then the other. */
export function turned(sort: ISort, by: string, downFirst: boolean): ISort {
  return sort.by === by ? { by, down: !sort.down } : { by, down: downFirst };
}

/** Rows with the part of the table that they are in. */
export interface IPlaced<T> {
  readonly row: T;
  readonly group: string;
}

export interface IHeld<T> {
  readonly rows: readonly IPlaced<T>[];
  /** Rows that came meanwhile and have no place yet. */
  readonly waiting: number;
}

/**
 * Rows in the places they had, while somebody points at them: values change in place, what
 * is gone goes, and what is new waits.
 *
 * @param places - key and group of each row, in the order that is held
 */
export function held<T>(
  rows: readonly IPlaced<T>[],
  places: ReadonlyArray<readonly [string, string]>,
  keyOf: (row: T) => string
): IHeld<T> {
  const known = new Map(rows.map(placed => [keyOf(placed.row), placed.row]));
  const kept = places.flatMap(([key, group]) => {
    const row = known.get(key);
    return row === undefined ? [] : [{ row, group }];
  });
  return { rows: kept, waiting: rows.length - kept.length };
}
