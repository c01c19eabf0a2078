/** What stopping means, in words: what is lost, what is saved, whose it is. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Running } from '../api/types';
import { count, rate, span } from './format';

/** A second step: what it means, and its two answers. */
export interface IStep {
  title: string;
  says: string;
  go: string;
  keep: string;
}

/** The second step of stopping rows: what is lost, and what is saved. */
export function stopWords(rows: readonly Running[], trans: TranslationBundle): IStep {
  const only = rows.length === 1 ? rows[0] : undefined;
  const own = rows.find(row => row.this_one);
  const strangers = new Set(rows.filter(row => !row.mine).map(row => row.owner ?? ''));
  strangers.delete('');
  const says = [only ? lossWords(only, trans) : lossesWords(rows, trans)];
  if (strangers.size > 0) {
    says.push(trans.__('It is used by %1.', [...strangers].join(', ')));
  }
  if (rows.some(row => row.shared && !row.this_one)) {
    says.push(trans.__('Everybody in the shared space loses it.'));
  }
  if (own) {
    says.push(
      only
        ? trans.__('You are in it: this JupyterLab ends.')
        : trans.__(
            'You are in %1: it is stopped last, and this JupyterLab ends.',
            own.name
          )
    );
  }
  return {
    title: only
      ? trans.__('Stop %1?', only.name)
      : trans.__('Stop these %1?', count(rows.length)),
    says: says.join(' '),
    go: goWords(rows, trans),
    keep: trans.__('Keep running')
  };
}

/** "Stop, saves $1.41 / h"; without prices only what is done. */
function goWords(rows: readonly Running[], trans: TranslationBundle): string {
  const known = rows.flatMap(row => (row.per_hour === null ? [] : [row.per_hour]));
  const saved = known.reduce((sum, amount) => sum + amount, 0);
  if (known.length === 0) {
    return rows.length === 1 ? trans.__('Stop') : trans.__('Stop %1', count(rows.length));
  }
  const amount = rate(saved, trans);
  return known.length === rows.length
    ? trans.__('Stop, saves %1', amount)
    : trans.__('Stop, saves at least %1', amount);
}

function lossWords(row: Running, trans: TranslationBundle): string {
  switch (row.kind) {
    case 'tracking_server':
      return trans.__(
        'Runs and models stay. Nobody can log to it or read from it until it is started again.'
      );
    case 'notebook_instance':
      return trans.__(
        'Files stay on its volume, which goes on to cost. What is only in memory is lost.'
      );
    default:
      break;
  }
  switch (row.app_type) {
    case 'Canvas':
      return trans.__('Saved models and flows stay. What was not saved is lost.');
    case 'TensorBoard':
    case 'DetailedProfiler':
      return trans.__('The data that it shows stay where they are.');
    case 'KernelGateway':
      return trans.__('Files stay. What is only in the memory of its kernels is lost.');
    default:
      return row.idle_for !== null && row.idle_for >= 3600
        ? trans.__(
            'Files stay on its disk. It was not used for %1; what is only in its memory is lost.',
            span(row.idle_for, trans)
          )
        : trans.__(
            'Files stay on its disk. Kernels and terminals end; what is only in memory is lost.'
          );
  }
}

function lossesWords(rows: readonly Running[], trans: TranslationBundle): string {
  const names = rows.slice(0, 4).map(row => row.name);
  const more = rows.length - names.length;
  const list =
    more > 0
      ? trans.__('%1 and %2 more', names.join(', '), count(more))
      : names.join(', ');
  return trans.__('%1. Files stay; what is only in memory is lost.', list);
}
