/** Sentences of the experiments page. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { count, figure, moment, stopwatch } from './format';
import { titleOf } from './shown-columns';
import type { IDifference } from './table/differ';
import type { Facet } from './table/facets';
import type { QueryError } from './table/query/lex';

/** Why a filter cannot be read, with the place, counted from 1. */
export function queryWords(error: QueryError, trans: TranslationBundle): string {
  const { what } = error;
  const at = error.at + 1;
  const found = what === '' ? trans.__('the end') : what;
  switch (error.code) {
    case 'quote':
      return trans.__('The quote %1 at %2 is not closed.', what, at);
    case 'sign':
      return trans.__('%1 at %2 means nothing in a filter.', what, at);
    case 'name':
      return trans.__(
        'A name such as metrics.auc is expected at %2, and %1 is there.',
        found,
        at
      );
    case 'operator':
      return trans.__(
        '=, <, LIKE, IN or IS is expected at %2, and %1 is there.',
        found,
        at
      );
    case 'value':
      return trans.__(
        'A number or a text in quotes is expected at %2, and %1 is there.',
        found,
        at
      );
    case 'number':
      return trans.__('%1 is compared with a number; at %2 is none.', what, at);
    case 'attribute':
      return trans.__(
        'Runs have no attribute %1, at %2. Write metrics.%1, params.%1 or tags.%1.',
        what,
        at
      );
    case 'and':
      return trans.__('AND is expected at %2, and %1 is there.', found, at);
    case 'or':
      return trans.__('MLflow’s filters have no OR, at %1. Use IN ("a", "b").', at);
    case 'list':
      return trans.__('IN takes a list such as ("a", "b"); at %2 is %1.', found, at);
    case 'null':
      return trans.__('NULL or NOT NULL is expected at %2, and %1 is there.', found, at);
    case 'order':
      return trans.__('%1 compares with a number; at %2 is none.', what, at);
    case 'like':
      return trans.__('%1 is a number, and LIKE is for texts, at %2.', what, at);
  }
}

export function unknownWords(keys: readonly string[], trans: TranslationBundle): string {
  return keys.length > 0 ? trans.__('No run has %1.', [...new Set(keys)].join(', ')) : '';
}

export function stateWords(status: string, trans: TranslationBundle): string {
  switch (status) {
    case 'running':
      return trans.__('running');
    case 'scheduled':
      return trans.__('waiting');
    case 'finished':
      return trans.__('finished');
    case 'failed':
      return trans.__('failed');
    case 'stopped':
      return trans.__('stopped');
    default:
      return status;
  }
}

/** "1,284 of 10,000 runs"; of those that are here, where not all are. */
export function countWords(
  shown: number,
  here: number,
  total: number,
  trans: TranslationBundle
): string {
  if (here < total) {
    return trans.__('%1 runs, reading %2', count(shown), count(total));
  }
  return shown === total
    ? trans._n('%2 run', '%2 runs', total, count(total))
    : trans.__('%1 of %2 runs', count(shown), count(total));
}

/** "State: finished, running", "val_auc: 0.84 to 0.89" */
export function facetWords(key: string, facet: Facet, trans: TranslationBundle): string {
  const title = titleOf(key, trans);
  if (facet.kind === 'words') {
    const words = facet.words.map(word => facetWord(key, word, trans));
    return words.length > 3
      ? trans.__(
          '%1: %2 and %3 more',
          title,
          words.slice(0, 2).join(', '),
          words.length - 2
        )
      : trans.__('%1: %2', title, words.join(', '));
  }
  const one = numberWords(key);
  return trans.__('%1: %2 to %3', title, one(facet.from), one(facet.to));
}

export function facetWord(key: string, word: string, trans: TranslationBundle): string {
  return key === 'attributes.status' ? stateWords(word, trans) : word;
}

/** How numbers of a column are written. */
export function numberWords(key: string): (value: number) => string {
  switch (key) {
    case 'attributes.started':
    case 'attributes.ended':
      return value => moment(value);
    case 'attributes.time':
      return stopwatch;
    default:
      return key.startsWith('metrics.') ? figure : String;
  }
}

/** "differ in 5 parameters, data, code" */
export function differWords(different: IDifference, trans: TranslationBundle): string {
  const parts = [
    different.params > 0
      ? trans._n('%1 parameter', '%1 parameters', different.params)
      : '',
    different.data ? trans.__('data') : '',
    different.code ? trans.__('code') : ''
  ].filter(Boolean);
  return parts.length > 0
    ? trans.__('differ in %1', parts.join(', '))
    : trans.__('same parameters, data and code');
}
