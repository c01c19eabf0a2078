/** Filter, search, facets and order together: what the table shows. */

import type { IRuns } from './columns';
import { kept, narrowed, type INarrowed } from './facets';
import type { IFilter } from './query/compile';
import { searched } from './search';
import { ordered } from './sort';
import type { ITableView } from './view-state';

export interface IArranged {
  /** Rows of the store, in the order of the table. */
  readonly rows: Int32Array;
  readonly by: INarrowed;
}

export function arranged(
  runs: IRuns,
  filter: IFilter | null,
  view: Pick<ITableView, 'search' | 'facets' | 'sort'>
): IArranged {
  const by = found(runs, filter, view);
  return { rows: ordered(runs, kept(by), view.sort), by };
}

/** The rows without their order: what heads and facets are drawn from. */
export function found(
  runs: IRuns,
  filter: IFilter | null,
  view: Pick<ITableView, 'search' | 'facets'>
): INarrowed {
  const keep = new Uint8Array(runs.ids.length).fill(1);
  filter?.apply(runs, keep);
  searched(runs, view.search, keep);
  return narrowed(runs, view.facets, keep);
}

export interface IHeld {
  readonly rows: Int32Array;
  /** Runs that came meanwhile and have no place yet. */
  readonly waiting: number;
}

/**
 * Rows in the places they had, while somebody points at them: what is gone goes, what is
 * new waits.
 *
 * @param places - ids in the order that is held
 */
export function held(runs: IRuns, rows: Int32Array, places: readonly string[]): IHeld {
  const still = places.flatMap(id => runs.rows.get(id) ?? []);
  const known = new Set(still);
  let waiting = 0;
  for (const row of rows) {
    waiting += known.has(row) ? 0 : 1;
  }
  return { rows: Int32Array.from(still), waiting };
}
