/** Which metrics are meant before anybody chose. */

import type { IRuns } from '../table/columns';

/** Charts of curves at a time. */
export const METRICS = 8;

export function metricsOf(runs: IRuns): string[] {
  return [...runs.columns.keys()].filter(key => key.startsWith('metrics.'));
}

export function shownMetrics(
  known: readonly string[],
  chosen: readonly string[] | null,
  sortedBy: string
): readonly string[] {
  if (chosen) {
    return chosen.filter(key => known.includes(key)).slice(0, METRICS);
  }
  const usual = known.includes(sortedBy) ? sortedBy : known[0];
  return usual === undefined ? [] : [usual];
}
