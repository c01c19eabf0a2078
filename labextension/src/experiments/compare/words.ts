/** Sentences of a comparison. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { CodeCell, CodeFile, CodeHunk } from '../../api/types';
import { count } from '../format';
import type { ICell, ILine, ISection } from './rows';
import type { SectionId } from './view-state';
import { letterWords } from './letters';

export function titleWords(letters: readonly string[], trans: TranslationBundle): string {
  const { named, more } = letterWords(letters);
  if (letters.length === 0) {
    return trans.__('Compare runs');
  }
  return more > 0
    ? trans.__('Compare %1 and %2 more', named, more)
    : trans.__('Compare %1', named);
}

export function sectionTitle(id: SectionId, trans: TranslationBundle): string {
  switch (id) {
    case 'metrics':
      return trans.__('Metrics');
    case 'params':
      return trans.__('Parameters');
    case 'around':
      return trans.__('Data, code, environment');
    case 'tags':
      return trans.__('Tags');
    case 'code':
      return trans.__('Code');
  }
}

/** "5 differ, 14 the same are hidden" */
export function sectionWords(
  { differing, same, lines }: ISection,
  trans: TranslationBundle
): string {
  const hidden = same > 0 && lines.length === differing;
  const told = [
    differing > 0 ? trans._n('%2 differs', '%2 differ', differing, count(differing)) : '',
    same === 0
      ? ''
      : hidden
        ? trans._n('%2 the same is hidden', '%2 the same are hidden', same, count(same))
        : trans._n('%2 is the same', '%2 are the same', same, count(same))
  ];
  return told.filter(Boolean).join(', ');
}

/** What stands where a run has no value. */
export function missingWords(line: ILine, cell: ICell, trans: TranslationBundle): string {
  if (!cell.known) {
    return trans.__('not known');
  }
  return line.isPackage ? trans.__('not there') : '–';
}

/** "2 files, +9 −4" */
export function filesWords(
  files: readonly CodeFile[],
  more: number,
  trans: TranslationBundle
): string {
  const all = files.length + more;
  if (all === 0) {
    return '';
  }
  const sum = (of: 'added' | 'removed') => files.reduce((all, file) => all + file[of], 0);
  return trans._n(
    '%2 file, +%3 −%4',
    '%2 files, +%3 −%4',
    all,
    count(all),
    count(sum('added')),
    count(sum('removed'))
  );
}

export function changeWords(file: CodeFile, trans: TranslationBundle): string {
  switch (file.change) {
    case 'added':
      return trans.__('only after');
    case 'removed':
      return trans.__('only before');
    case 'renamed':
      return trans.__('was %1', file.old);
    case 'changed':
      return '';
  }
}

/** "cell 5", "cell 5, was 3", "cell 3, only before" */
export function cellWords(cell: CodeCell, trans: TranslationBundle): string {
  const { before, after } = cell;
  switch (cell.change) {
    case 'added':
      return trans.__('cell %1, only after', after);
    case 'removed':
      return trans.__('cell %1, only before', before);
    case 'moved':
      return trans.__('cell %1, moved from %2, the same', after, before);
    case 'changed':
      return before === after
        ? trans.__('cell %1', after)
        : trans.__('cell %1, was %2', after, before);
  }
}

/** "lines 41 to 47" */
export function hunkWords(hunk: CodeHunk, trans: TranslationBundle): string {
  const numbers = hunk.lines
    .map(line => line.after ?? line.before)
    .filter((number): number is number => number !== null);
  const first = numbers[0];
  const last = numbers.at(-1);
  return first === undefined
    ? ''
    : first === last
      ? trans.__('line %1', first)
      : trans.__('lines %1 to %2', first, last);
}

export function sameCellsWords(file: CodeFile, trans: TranslationBundle): string {
  const told = [
    file.same > 0
      ? trans._n('%2 cell the same', '%2 cells the same', file.same, count(file.same))
      : '',
    file.more > 0
      ? trans._n(
          '%2 cell more is not shown',
          '%2 cells more are not shown',
          file.more,
          count(file.more)
        )
      : ''
  ];
  return told.filter(Boolean).join(', ');
}

export function cutWords(lines: number, trans: TranslationBundle): string {
  return lines > 0 ? trans._n('%2 line more', '%2 lines more', lines, count(lines)) : '';
}
