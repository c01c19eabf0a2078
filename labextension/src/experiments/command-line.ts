/** The command line that does what is asked for one run, or several of one store. */

import type { StoreRow } from '../api/types';

/**
 * @param ids - the page's: `<store>.<the store's own>`
 * @returns '' where they are of several stores, or of one that is not known
 */
export function commandLine(
  what: 'reproduce' | 'compare',
  ids: readonly string[],
  stores: readonly StoreRow[]
): string {
  const named = new Set(ids.map(id => id.slice(0, id.indexOf('.'))));
  const store = stores.find(one => named.has(one.id));
  if (!store || named.size !== 1) {
    return '';
  }
  const runs = ids.map(id => quoted(id.slice(id.indexOf('.') + 1)));
  return [
    `sm-onboard experiments ${what}`,
    `--store ${quoted(store.uri)}`,
    '--',
    ...runs
  ].join(' ');
}

/** As one word for a shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
