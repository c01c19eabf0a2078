/** Sentences of the row below a cell. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelRun } from '../../api/types';
import { moment } from '../format';
import type { Trouble } from './watch';

/** "recording", "recorded", "recorded, failed" */
export function recordedWords(
  status: KernelRun['status'],
  trans: TranslationBundle
): string {
  switch (status) {
    case 'running':
      return trans.__('recording');
    case 'scheduled':
      return trans.__('waiting');
    case 'finished':
      return trans.__('recorded');
    case 'failed':
      return trans.__('recorded, failed');
    case 'stopped':
      return trans.__('recorded, stopped');
  }
}

/** "code 4f2a9c1 + 2 changed files kept"; '' where there is no repository. */
export function codeWords(run: KernelRun, trans: TranslationBundle): string {
  if (run.commit === '') {
    return run.snapshot ? trans.__('code kept') : '';
  }
  const commit = run.commit.slice(0, 7);
  const changed = run.changed ?? 0;
  if (changed === 0) {
    return trans.__('code %1', commit);
  }
  return run.snapshot
    ? trans._n(
        'code %2 + %1 changed file kept',
        'code %2 + %1 changed files kept',
        changed,
        commit
      )
    : trans._n(
        'code %2, %1 changed file not kept',
        'code %2, %1 changed files not kept',
        changed,
        commit
      );
}

/** Why the notebook is not with the run as it is on the screen. */
export function troubleWords(trouble: Trouble, trans: TranslationBundle): string {
  switch (trouble.why) {
    case 'refused':
      return trans.__('The notebook was not kept. %1', trouble.message);
    case 'elsewhere':
      return trans.__('The notebook is not on this server, and is not kept.');
    case 'off':
      return trans.__('The notebook is kept as you saved it, %1.', moment(trouble.saved));
    case 'read-only':
      return trans.__(
        'The notebook cannot be saved. It is kept as of %1.',
        moment(trouble.saved)
      );
    case 'changed':
      return trans.__(
        'The notebook’s file was changed elsewhere. It is kept as of %1.',
        moment(trouble.saved)
      );
    case 'failed':
      return trans.__(
        'The notebook could not be saved. It is kept as of %1.',
        moment(trouble.saved)
      );
  }
}
