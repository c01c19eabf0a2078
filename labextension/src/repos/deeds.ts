/**
 * What a person can do with a repository, in words: the label of each action, and the
 * second step of those that end or lose something.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Repository } from '../api/types';
import type { IconName } from '../shell/shapes';
import type { Do } from './model';

/** Everything the server can do for a row, in the order of menus. */
export const DEEDS: readonly Do[] = [
  'update',
  'retry',
  'set_aside',
  'merge',
  'discard',
  'switch_branch',
  'remove_lock',
  'undo',
  'cancel'
];

export const DEED_ICONS: Record<Do, IconName> = {
  update: 'update',
  retry: 'again',
  cancel: 'cross',
  undo: 'undo',
  set_aside: 'update',
  merge: 'diverged',
  discard: 'cross',
  remove_lock: 'foreign',
  switch_branch: 'branch'
};

/** A second step: a question with a safe answer. */
export interface IStep {
  question: string;
  /** Goes ahead; says the result. */
  go: string;
  /** Changes nothing; gets the focus. */
  keep: string;
  /** Something is ended or lost. */
  grave: boolean;
}

const ALWAYS: ReadonlySet<Do> = new Set(['merge', 'discard', 'remove_lock']);
const NEVER: ReadonlySet<Do> = new Set(['cancel', 'retry', 'update']);

/** Whether an action takes a second step; `careful` is the person's setting. */
export function takesStep(what: Do, careful: boolean): boolean {
  return ALWAYS.has(what) || (careful && !NEVER.has(what));
}

/** The label of an action; "…" means that a second step follows. */
export function deedWords(what: Do, trans: TranslationBundle, careful: boolean): string {
  const word = plainWords(what, trans);
  return takesStep(what, careful) ? `${word}…` : word;
}

function plainWords(what: Do, trans: TranslationBundle): string {
  switch (what) {
    case 'update':
      return trans.__('Update');
    case 'retry':
      return trans.__('Retry');
    case 'cancel':
      return trans.__('Cancel');
    case 'undo':
      return trans.__('Undo');
    case 'set_aside':
      return trans.__('Set mine aside, update');
    case 'merge':
      return trans.__('Merge');
    case 'discard':
      return trans.__('Discard mine');
    case 'remove_lock':
      return trans.__('Remove the lock');
    case 'switch_branch':
      return trans.__('Switch to the team’s branch');
  }
}

/** The second step of an action. */
export function stepWords(what: Do, row: Repository, trans: TranslationBundle): IStep {
  const keep = trans.__('Keep as it is');
  const plain = { go: plainWords(what, trans), keep, grave: false };
  switch (what) {
    case 'merge':
      return {
        ...plain,
        question: trans.__(
          'Bring both sides together in %1? Where both changed the same lines, nothing is changed. You can undo it.',
          row.name
        )
      };
    case 'discard':
      return {
        ...plain,
        question: trans.__(
          'Go back to the last commit of %1, then update? Your changes are kept in a snapshot for 30 days.',
          row.name
        ),
        go: trans.__('Discard mine, update'),
        keep: trans.__('Keep mine'),
        grave: true
      };
    case 'remove_lock':
      return {
        ...plain,
        question: trans.__(
          'A git that still works in %1 would be disturbed. Remove its lock only when none does.',
          row.name
        ),
        keep: trans.__('Keep the lock'),
        grave: true
      };
    default:
      return {
        ...plain,
        question: trans.__('Change files of %1? You can undo it.', row.name)
      };
  }
}
