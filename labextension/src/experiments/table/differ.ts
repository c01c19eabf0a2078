/** In what runs differ: the one line below a choice, before one compares. */

import { textAt, type IRuns } from './columns';

export interface IDifference {
  /** How many parameters are not the same in all of them. */
  readonly params: number;
  readonly data: boolean;
  readonly code: boolean;
}

const CODE = /^attributes\.(commit|changed|notebook)$/u;

export function differing(runs: IRuns, rows: readonly number[]): IDifference {
  const found = { params: 0, data: false, code: false };
  for (const [key, column] of runs.columns) {
    const first = textAt(column, rows[0] ?? -1);
    if (rows.some(row => textAt(column, row) !== first)) {
      found.params += key.startsWith('params.') ? 1 : 0;
      found.data ||= key === 'attributes.data';
      found.code ||= CODE.test(key);
    }
  }
  return found;
}
