/** Sentences of reproducing. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ReproducePart, ReproducePlan, Reproduced } from '../../api/types';
import type { IconName } from '../../shell/shapes';
import { count } from '../format';

type State = ReproducePart['state'];

/** How a state is drawn; the word stands beside it. */
export const LOOKS: Record<State, { icon: IconName; tone: string }> = {
  ok: { icon: 'done', tone: 'ok' },
  differs: { icon: 'inTheWay', tone: 'warn' },
  missing: { icon: 'failed', tone: 'bad' },
  unknown: { icon: 'skipped', tone: 'quiet' }
};

export function stateWord(state: State, trans: TranslationBundle): string {
  switch (state) {
    case 'ok':
      return trans.__('the same');
    case 'differs':
      return trans.__('differs');
    case 'missing':
      return trans.__('missing');
    case 'unknown':
      return trans.__('not known');
  }
}

export function partWord(part: ReproducePart['part'], trans: TranslationBundle): string {
  switch (part) {
    case 'code':
      return trans.__('Code');
    case 'environment':
      return trans.__('Environment');
    case 'data':
      return trans.__('Data');
    case 'instance':
      return trans.__('Instance');
  }
}

/** "What is different today from 9 Nov 2026:" */
export function sinceWords(
  plan: ReproducePlan | null,
  trans: TranslationBundle,
  locale?: string
): string {
  const started = plan?.started ?? null;
  if (started === null) {
    return trans.__('What is different today:');
  }
  const day = new Date(started).toLocaleDateString(locale, { dateStyle: 'medium' });
  return trans.__('What is different today from %1:', day);
}

/** What making it does, after the folder's name. */
export function makesWords(plan: ReproducePlan, trans: TranslationBundle): string {
  const parameters = trans._n(
    '%2 parameter',
    '%2 parameters',
    plan.parameters,
    count(plan.parameters)
  );
  const files = plan.notebook
    ? trans.__('with the notebook and the files as they were')
    : trans.__('with the files as they were');
  return [
    !plan.whole
      ? trans.__('with the files of the commit. They may have other parameters.')
      : plan.parameters > 0
        ? trans.__('%1, so with the same %2.', files, parameters)
        : `${files}.`,
    trans.__('The next run there names this one as the one it repeats.'),
    trans.__('Your own files stay as they are. Nothing runs until you run the cells.')
  ].join(' ');
}

/** What of today is used, and what comes as a file; '' where nothing differs. */
export function environmentWords(plan: ReproducePlan, trans: TranslationBundle): string {
  const part = plan.parts.find(one => one.part === 'environment');
  return plan.possible && part?.state === 'differs'
    ? trans.__(
        'Your kernels are used as they are here now. The packages as they were come as a file to install.'
      )
    : '';
}

/** "reproduced/heron has the files as they were. Differs here: environment, data." */
export function madeWords(
  made: Reproduced,
  plan: ReproducePlan | null,
  trans: TranslationBundle
): string {
  const differing = (plan?.parts ?? [])
    .filter(one => one.state === 'differs' || one.state === 'missing')
    .map(one => partWord(one.part, trans).toLowerCase());
  return [
    plan?.whole === false
      ? trans.__('%1 has the files of the commit.', made.folder)
      : trans.__('%1 has the files as they were.', made.folder),
    differing.length > 0 ? trans.__('Differs here: %1.', differing.join(', ')) : ''
  ]
    .filter(Boolean)
    .join(' ');
}
