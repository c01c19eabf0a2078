/**
 * What the page measures of itself, for benchmarks and for whoever looks into a slow one:
 * `performance.getEntriesByName('sm-onboard:rows')`. Only the last of each name is kept.
 *
 * rows, all: marks, when the first and when all runs are on the page.
 * arrange: a measure of filter, search, facets, order and groups.
 */

/** Marks a moment. */
export function mark(name: 'rows' | 'all'): void {
  const entry = `sm-onboard:${name}`;
  performance.clearMarks(entry);
  performance.mark(entry);
}

/** Measures from one moment to another, as `performance.now()` has them. */
export function measure(name: 'arrange', start: number, end: number): void {
  const entry = `sm-onboard:${name}`;
  performance.clearMeasures(entry);
  performance.measure(entry, { start, end });
}
