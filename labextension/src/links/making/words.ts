/** Sentences of making a link. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { LinkMaking } from '../../api/types';
import type { Saving } from '../../experiments/notebook/saving';
import type { Copied } from './making';
import type { ITarget } from './target';

export type Step = 'first' | 'working' | 'asks' | 'made' | 'failed' | 'cancelled';

export function stepOf(
  shown: LinkMaking | null,
  isUnderWay: boolean,
  isOver: boolean,
  hasRefusal: boolean
): Step {
  if (isUnderWay) {
    return 'working';
  }
  if (isOver) {
    return hasRefusal || shown?.state === 'failed' ? 'failed' : 'cancelled';
  }
  return shown?.state === 'asks' ? 'asks' : shown?.made ? 'made' : 'first';
}

export function titleWords(step: Step, copied: Copied, trans: TranslationBundle): string {
  switch (step) {
    case 'first':
      return trans.__('Copy a link?');
    case 'working':
      return trans.__('Making the link');
    case 'asks':
      return trans.__('Looks like a secret');
    case 'made':
      return copied === 'yes'
        ? trans.__('Link copied')
        : copied === 'no'
          ? trans.__('The link is ready. It was not copied yet')
          : trans.__('The link is ready');
    case 'failed':
      return trans.__('There is no link yet');
    case 'cancelled':
      return trans.__('Cancelled. Nothing was sent');
  }
}

/** Why the link has the file as it was saved before; empty where it has what is seen. */
export function savingWords(saving: Saving | null, trans: TranslationBundle): string {
  switch (saving) {
    case 'off':
      return trans.__('Changes that are not saved are not in it; saving is yours to do.');
    case 'read-only':
      return trans.__(
        'Changes that are not saved are not in it: you may not save this file.'
      );
    case 'changed':
      return trans.__(
        'Changes that are not saved are not in it: the file on the disk is another one.'
      );
    case 'failed':
      return trans.__('Changes that are not saved are not in it: saving failed.');
    default:
      return '';
  }
}

export function thereWords(target: ITarget, trans: TranslationBundle): string {
  return target.heading === ''
    ? trans.__('To this cell')
    : trans.__('To “%1”', clipped(target.heading));
}

/** "10 Dec 2026" */
export function dayWords(time: number, locale?: string): string {
  return new Date(time).toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric'
  });
}

function clipped(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
