/** Sizes and names of files as people read them. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** "2.4 MB"; powers of ten, as file browsers have them. */
export function sizeWords(bytes: number, trans: TranslationBundle): string {
  if (bytes < 1000) {
    return trans.__('%1 B', bytes);
  }
  const units = ['kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? ''}`;
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
