/** The run that is best by a metric, and those that were best before it. */

import type { Better } from './direction';
import type { IRuns } from './columns';

export interface IBest {
  readonly row: number;
  readonly value: number;
  /** When it became the best: when it began, in milliseconds; null: nobody knows. */
  readonly since: number | null;
  /** How much better it was than the one before it; null: it was the first. */
  readonly by: number | null;
}

/**
 * Runs that were the best of their time, the newest, which is the best now, first. A run counts
 * from its beginning on; runs without a beginning count before all others.
 */
export function bestOf(
  runs: IRuns,
  key: string,
  better: Better,
  rows?: Int32Array
): IBest[] {
  const column = runs.columns.get(key);
  const started = runs.columns.get('attributes.started');
  if (column?.kind !== 'numbers') {
    return [];
  }
  const { values } = column;
  const begun = (row: number) =>
    started?.kind === 'numbers' && started.there[row]
      ? (started.values[row] ?? null)
      : null;
  const all = rows ?? Int32Array.from(values, (_, row) => row);
  const order = Array.from(all)
    .filter(row => !Number.isNaN(values[row]))
    .sort((a, b) => (begun(a) ?? -Infinity) - (begun(b) ?? -Infinity) || a - b);
  const sign = better === 'more' ? 1 : -1;
  const found: IBest[] = [];
  for (const row of order) {
    const value = values[row] as number;
    const before = found[found.length - 1];
    if (!before || (value - before.value) * sign > 0) {
      const by = before ? Math.abs(value - before.value) : null;
      found.push({ row, value, since: begun(row), by });
    }
  }
  return found.reverse();
}

/** The row of the best run now; -1: no run has the metric. The earliest of equals. */
export function bestRow(runs: IRuns, key: string, better: Better): number {
  const column = runs.columns.get(key);
  const started = runs.columns.get('attributes.started');
  const begun = started?.kind === 'numbers' ? started.values : null;
  let best = -1;
  if (column?.kind === 'numbers') {
    const sign = better === 'more' ? 1 : -1;
    column.values.forEach((value, row) => {
      const ahead = (value - (column.values[best] ?? NaN)) * sign;
      const earlier =
        begun !== null && (begun[row] as number) < (begun[best] ?? -Infinity);
      if (
        !Number.isNaN(value) &&
        (best < 0 || ahead > 0 || (value === column.values[best] && earlier))
      ) {
        best = row;
      }
    });
  }
  return best;
}
