/** A run that is being reproduced, as the server tells it. */

import type { ReproducePlan, Reproduction } from '../api/types';

export function plan(more: Partial<ReproducePlan> = {}): ReproducePlan {
  return {
    name: 'eager-heron',
    started: Date.UTC(2026, 10, 9, 14, 20),
    possible: true,
    whole: true,
    folder: 'reproduced/eager-heron',
    place: '/home/ana/reproduced/eager-heron',
    parameters: 19,
    head: '4f2a9c1'.padEnd(40, '0'),
    url: 'https://github.com/acme/churn.git',
    notebook: 'nb/train.ipynb',
    files: ['nb/train.ipynb', 'new.csv'],
    all_files: 2,
    left_out: [],
    all_left_out: 0,
    packages: [
      { name: 'pandas', then: '2.2.2', now: '2.3.3' },
      { name: 'xgboost', then: '2.0.3', now: '' }
    ],
    all_packages: 1200,
    install: 'python3.12 -m venv x',
    python: '3.12.11',
    parts: [
      { part: 'code', state: 'ok', text: 'The snapshot is here.', detail: '' },
      {
        part: 'environment',
        state: 'differs',
        text: '1 package is newer here.',
        detail: ''
      },
      { part: 'data', state: 'missing', text: 's3://b/k is gone.', detail: '' },
      { part: 'instance', state: 'unknown', text: 'No seed was recorded.', detail: '' }
    ],
    ...more
  };
}

export function reproduction(more: Partial<Reproduction> = {}): Reproduction {
  return {
    id: 'r1',
    run: 's.1',
    state: 'planned',
    looked: 1,
    doing: '',
    percent: null,
    plan: plan(),
    made: null,
    problem: null,
    ...more
  };
}
