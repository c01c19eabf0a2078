/** Sentences of a run's page. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { LeftOutFile, RunKept, RunShown } from '../../api/types';
import { count, moment, stopwatch } from '../format';
import { sizeWords } from '../../shell/sizes';
import { stateWords } from '../words';

/** "alice, 9 Nov, 14:20, finished after 6:12" */
export function aboutWords(run: RunShown, now: number, trans: TranslationBundle): string {
  const { started, ended, person } = run;
  const parts = [
    person === 'unknown' ? '' : person, // MLflow's word for it
    started === null ? '' : moment(started, now),
    ranWords(run, started === null ? null : (ended ?? now) - started, trans)
  ];
  return parts.filter(Boolean).join(', ');
}

function ranWords(
  { status, ended }: RunShown,
  ran: number | null,
  trans: TranslationBundle
): string {
  const state = stateWords(status, trans);
  if (ran === null || ran < 0) {
    return state;
  }
  if (status === 'running') {
    return trans.__('running for %1', stopwatch(ran));
  }
  return ended === null ? state : trans.__('%1 after %2', state, stopwatch(ran));
}

/** "2 changed, 1 new file"; '' where nothing is known. */
export function changedWords(
  { code, status }: RunShown,
  kept: RunKept | null,
  trans: TranslationBundle
): string {
  if (kept?.snapshot) {
    const number = (change: string) =>
      kept.changed.filter(file => file.change === change).length;
    const parts = [
      [number('changed'), trans.__('changed')],
      [number('new'), trans.__('new')],
      [number('deleted'), trans.__('deleted')],
      [kept.changed_cut, trans.__('more')]
    ] as const;
    const there = parts.filter(([many]) => many > 0);
    return there.length === 0
      ? trans.__('Nothing differed from the commit.')
      : trans.__(
          'Files: %1',
          there.map(([many, word]) => `${count(many)} ${word}`).join(', ')
        );
  }
  if (code.changed === null) {
    return '';
  }
  if (code.changed === 0) {
    return trans.__('Nothing differed from the commit.');
  }
  const differed = trans._n(
    '%2 file differed from the commit',
    '%2 files differed from the commit',
    code.changed,
    count(code.changed)
  );
  if (kept === null) {
    return trans.__('%1.', differed);
  }
  if (status === 'running' && code.snapshot !== '') {
    return trans.__('%1. They are kept when the run ends.', differed);
  }
  return kept.problems.some(({ part }) => part === 'snapshot' || part === 'files')
    ? trans.__('%1. The snapshot cannot be read.', differed)
    : trans.__('%1. What differed is not kept.', differed);
}

export function pushedWords(pushed: string, trans: TranslationBundle): string {
  switch (pushed) {
    case 'yes':
      return trans.__('pushed');
    case 'no':
      return trans.__('not pushed');
    default:
      return '';
  }
}

/** Why a file is not in the snapshot. */
export function whyWords(file: LeftOutFile, trans: TranslationBundle): string {
  switch (file.why) {
    case 'large':
      return trans.__('%1, over the limit', sizeWords(file.size, trans));
    case 'secret':
      return trans.__('looks like a secret');
    case 'repository':
      return trans.__('a repository of its own');
    case 'special':
      return trans.__('not an ordinary file');
    case 'unreadable':
      return trans.__('could not be read');
    default:
      return file.why;
  }
}
