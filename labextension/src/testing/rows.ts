/** Rows and states as the server sends them, for tests. */

import type { Progress, Repository, ReposState } from '../api/types';

export function row(id: string, more: Partial<Repository> = {}): Repository {
  return {
    id,
    name: id,
    path: id,
    url: `https://github.com/acme/${id}.git`,
    source: 'team',
    origin: '/etc/acme/onboard.yaml',
    state: 'ready',
    action: 'unchanged',
    code: '',
    message: '',
    hint: '',
    branch: 'main',
    commit: '4f2a9c1d'.repeat(5),
    behind: null,
    ahead: null,
    changed: null,
    files: [],
    actions: [],
    undo: null,
    progress: null,
    environment: null,
    contents_path: id,
    start: null,
    checked_at: '2026-11-23T09:02:00Z',
    has_log: true,
    ...more
  };
}

export function state(
  repositories: readonly Repository[],
  more: Partial<ReposState> = {}
): ReposState {
  return {
    server: 'one',
    revision: 1,
    state: 'idle',
    root: '/home/alice',
    first: false,
    identity: 'set',
    sources: ['/etc/acme/onboard.yaml'],
    problems: [],
    repositories,
    ...more
  };
}

export function progress(more: Partial<Progress> = {}): Progress {
  return {
    phase: 'receiving',
    percent: null,
    done: null,
    total: null,
    detail: '',
    ...more
  };
}

/** Two files of the person's are in the way of an update. */
export function blocked(id: string): Repository {
  return row(id, {
    state: 'blocked',
    code: 'repos.files_in_the_way',
    message: '2 files in the way of 6 new commits. Nothing was changed.',
    behind: 6,
    files: [
      { path: 'notebooks/03_train.ipynb', why: 'changed', by: 'bob' },
      { path: 'data/big.csv', why: 'untracked', by: '' }
    ],
    actions: ['set_aside', 'merge', 'discard', 'retry']
  });
}
