/** What a screen reader is told: at start, at the end and when there is trouble. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ReposState } from '../api/types';
import { isAtWork, isTrouble, sentence } from './words';

/** The difference between two states in one sentence; empty when there is none to tell. */
export function news(
  before: ReposState | null,
  now: ReposState,
  trans: TranslationBundle
): string {
  const old = new Map(before?.repositories.map(row => [row.id, row]));
  const troubles = now.repositories.filter(row => {
    const was = old.get(row.id);
    return isTrouble(row) && before !== null && was?.state !== row.state;
  });
  if (troubles.length > 0) {
    return troubles.map(row => `${row.name}: ${sentence(row, trans)}`).join(' ');
  }
  const working = atWork(now);
  const worked = before === null ? 0 : atWork(before);
  if (working > 0 && worked === 0) {
    return trans._n('Working on %1 repository.', 'Working on %1 repositories.', working);
  }
  if (working === 0 && worked > 0) {
    const ready = now.repositories.filter(row => row.state === 'ready').length;
    return trans._n('%1 repository is ready.', '%1 repositories are ready.', ready);
  }
  return '';
}

function atWork(state: ReposState): number {
  return state.repositories.filter(isAtWork).length;
}
