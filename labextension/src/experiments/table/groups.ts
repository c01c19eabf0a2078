/** Rows below the value that they share. */

import { textAt, type IRuns } from './columns';

export interface IGroup {
  /** The value; null: these runs have none. */
  readonly value: string | null;
  readonly count: number;
  readonly open: boolean;
}

export interface IGrouped {
  /** What each line of the table is: a row, or -1 - n for the n-th group's head. */
  readonly lines: Int32Array;
  readonly groups: readonly IGroup[];
}

/**
 * Groups in the order in which their first row comes, so that the best run's is first.
 *
 * @param closed - names of groups whose rows are not shown; see `groupName`
 */
export function grouped(
  runs: IRuns,
  rows: Int32Array,
  key: string | null,
  closed: ReadonlySet<string>
): IGrouped {
  const column = key === null ? undefined : runs.columns.get(key);
  if (!column) {
    return { lines: rows, groups: [] };
  }
  const found = new Map<string | null, number[]>();
  for (const row of rows) {
    const value = textAt(column, row);
    const list = found.get(value);
    if (list) {
      list.push(row);
    } else {
      found.set(value, [row]);
    }
  }
  const groups: IGroup[] = [];
  const lines: number[] = [];
  for (const [value, list] of found) {
    const open = !closed.has(groupName(value));
    lines.push(-1 - groups.length);
    groups.push({ value, count: list.length, open });
    if (open) {
      for (const row of list) {
        lines.push(row);
      }
    }
  }
  return { lines: Int32Array.from(lines), groups };
}

/** A name that no other group has, also for the runs without a value. */
export function groupName(value: string | null): string {
  return value === null ? 'none' : `=${value}`;
}
