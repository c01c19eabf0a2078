/** Runs one of whose texts holds each of the words that were typed. */

import type { IRuns } from './columns';

/** A dictionary never changes, and is searched again with every key. */
const lower = new WeakMap<readonly string[], readonly string[]>();

/** Sets 0 in `keep` for the rows that are out. */
export function searched(runs: IRuns, query: string, keep: Uint8Array): void {
  const columns = [...runs.columns.values()].filter(column => column.kind === 'words');
  for (const term of query.toLowerCase().split(/\s+/u).filter(Boolean)) {
    const found = new Uint8Array(keep.length);
    for (const { words, codes } of columns) {
      const holds = Uint8Array.from(folded(words), word => (word.includes(term) ? 1 : 0));
      if (holds.includes(1)) {
        for (let row = 0; row < keep.length; row += 1) {
          if (holds[codes[row] as number]) {
            found[row] = 1;
          }
        }
      }
    }
    for (let row = 0; row < keep.length; row += 1) {
      if (!found[row]) {
        keep[row] = 0;
      }
    }
  }
}

function folded(words: readonly string[]): readonly string[] {
  let known = lower.get(words);
  if (!known) {
    known = words.map(word => word.toLowerCase());
    lower.set(words, known);
  }
  return known;
}
