import { describe, expect, it } from 'vitest';

import type { RunsTable } from '../../api/types';
import { bestOf, bestRow } from './best';
import { applied, NO_RUNS } from './columns';
import { betterOf, usuallyBetter } from './direction';

describe('what is better', () => {
  it('is less for losses, errors and times', () => {
    for (const name of [
      'loss',
      'val_loss',
      'train/loss',
      'valLoss',
      'training-logloss',
      'val_logloss',
      'mlogloss',
      'rmse',
      'test_rmse',
      'mean_squared_error',
      'MAE',
      'mape',
      'error',
      'error_rate',
      'perplexity',
      'time',
      'fit_time',
      'latency_ms',
      'eval.duration',
      'crossentropyloss',
      'wer',
      'metrics.val_loss'
    ]) {
      expect([name, usuallyBetter(name)]).toEqual([name, 'less']);
    }
  });

  it('is more for all else, also where a word only sounds like a loss', () => {
    for (const name of [
      'auc',
      'val_auc',
      'accuracy',
      'f1',
      'lift@10',
      'r2',
      'metrics.precision',
      'glossary',
      'neg_mean_squared_error',
      'neg_log_loss',
      'timeliness',
      'emergence',
      'bleu',
      '',
      'constructor'
    ]) {
      expect([name, usuallyBetter(name)]).toEqual([name, 'more']);
    }
  });

  it('is what a person said', () => {
    expect(betterOf('metrics.loss', { 'metrics.loss': 'more' })).toBe('more');
    expect(betterOf('metrics.loss', {})).toBe('less');
    expect(betterOf('constructor', {})).toBe('more');
  });
});

describe('the best run', () => {
  const table: RunsTable = {
    cursor: 'c',
    whole: true,
    total: 6,
    ids: ['s.new', 's.first', 's.worse', 's.second', 's.nan', 's.none'],
    gone: [],
    columns: [
      {
        key: 'attributes.started',
        numbers: [400, 100, 200, 300, 50, 350],
        codes: null,
        words: []
      },
      {
        key: 'metrics.auc',
        numbers: [0.9, 0.5, 0.4, 0.8, 'NaN', null],
        codes: null,
        words: []
      }
    ]
  };
  const runs = applied(NO_RUNS, table);

  it('is told with those that were best before it, since when and by how much', () => {
    const found = bestOf(runs, 'metrics.auc', 'more');
    expect(found.map(({ row, since }) => [runs.ids[row], since])).toEqual([
      ['s.new', 400],
      ['s.second', 300],
      ['s.first', 100]
    ]);
    expect(found.map(({ by }) => by?.toFixed(2) ?? null)).toEqual(['0.10', '0.30', null]);
    expect(runs.ids[bestRow(runs, 'metrics.auc', 'more')]).toBe('s.new');
  });

  it('is another one where less is better', () => {
    expect(bestOf(runs, 'metrics.auc', 'less').map(({ row }) => runs.ids[row])).toEqual([
      's.worse',
      's.first'
    ]);
    expect(runs.ids[bestRow(runs, 'metrics.auc', 'less')]).toBe('s.worse');
  });

  it('is nobody where no run has the metric, and the earliest of equals', () => {
    expect(bestOf(runs, 'metrics.none', 'more')).toEqual([]);
    expect(bestRow(runs, 'metrics.none', 'more')).toBe(-1);
    const equal = applied(NO_RUNS, {
      ...table,
      columns: [
        table.columns[0]!,
        {
          key: 'metrics.auc',
          numbers: [1, null, 1, 1, null, null],
          codes: null,
          words: []
        }
      ]
    });
    expect(equal.ids[bestRow(equal, 'metrics.auc', 'more')]).toBe('s.worse');
    expect(bestOf(equal, 'metrics.auc', 'more')).toHaveLength(1);
  });
});
