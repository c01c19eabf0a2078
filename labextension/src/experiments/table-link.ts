/**
 * A link to the table as it is looked at. It says which runs and how, and grants nothing: the
 * reader's own stores answer. It may be of another version, or made up.
 */

import { viewFromJson, viewToJson, type ITableView } from './table/view-state';

export interface ITableLink {
  readonly experiments: readonly string[];
  readonly view: ITableView;
}

/** What JupyterLab's router gives us. */
export const TABLE_LINK = /[?&]smo=table(&|$)/u;

const LONGEST = 100_000;
const PARTS = ['smo', 'e', 'v'];

/** @param base - the address of this JupyterLab, without a query */
export function tableLink(base: string, link: ITableLink): string {
  const asked = new URLSearchParams({ smo: 'table' });
  for (const id of link.experiments) {
    asked.append('e', id);
  }
  const view = viewToJson(link.view);
  if (Object.keys(view).length > 0) {
    asked.set('v', JSON.stringify(view));
  }
  // A plus would be one for those who read addresses, not forms, and JupyterLab's router is one.
  return `${base}?${asked.toString().replace(/\+/gu, '%20')}`;
}

/**
 * @param search - the query of an address
 * @returns null: it is no link to a table
 */
export function readTableLink(search: string): ITableLink | null {
  if (search.length > LONGEST || !TABLE_LINK.test(search)) {
    return null;
  }
  const asked = new URLSearchParams(search);
  return { experiments: asked.getAll('e'), view: viewFromJson(parsed(asked.get('v'))) };
}

/** The query without what was ours. */
export function withoutLink(search: string): string {
  const asked = new URLSearchParams(search);
  PARTS.forEach(part => asked.delete(part));
  const rest = asked.toString();
  return rest === '' ? '' : `?${rest}`;
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
