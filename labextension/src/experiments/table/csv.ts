/** Runs as a file for a spreadsheet. */

import { numberAt, textAt, type IRuns } from './columns';

const TIMES = new Set(['attributes.started', 'attributes.ended']);

/**
 * CSV as of RFC 4180. A text that a spreadsheet would take for a formula begins with an
 * apostrophe: a run's name is somebody else's, and a formula can send a sheet away.
 */
export function csv(
  runs: IRuns,
  rows: Iterable<number>,
  keys: readonly string[]
): string {
  const lines = [['id', ...keys].map(textCell).join(',')];
  for (const row of rows) {
    const cells = keys.map(key => cell(runs, key, row));
    lines.push([textCell(runs.ids[row] ?? ''), ...cells].join(','));
  }
  return lines.map(line => `${line}\r\n`).join('');
}

function cell(runs: IRuns, key: string, row: number): string {
  const column = runs.columns.get(key);
  const number = numberAt(column, row);
  if (number === null) {
    return textCell(textAt(column, row) ?? '');
  }
  const date = TIMES.has(key) ? new Date(number) : null;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : String(number);
}

export function textCell(text: string): string {
  const plain = /^\s*[=+\-@\t\r\n＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
