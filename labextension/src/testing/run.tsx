/** The page of one run with deeds that only remember. */

import { act, cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type { FileContent, RunFiles, RunKept, RunShown, WholeValue } from '../api/types';
import { RunPage } from '../experiments/run/page';
import type { IRunDeeds, IRunPageProps } from '../experiments/run/props';
import { trans } from './view';

export const RUN: RunShown = {
  id: 's.1',
  own: '1',
  name: 'eager-heron',
  status: 'finished',
  deleted: false,
  store: { id: 's', name: 'This space', kind: 'sqlite', uri: 'sqlite:///x.db' },
  experiment: 's.7',
  experiment_name: 'churn',
  started: 1_790_000_000_000,
  ended: 1_790_000_372_000,
  person: 'alice',
  note: '',
  note_more: false,
  tags: [],
  params: [],
  metrics: [],
  datasets: [],
  code: {
    repository: '',
    link: '',
    commit: '',
    branch: '',
    pushed: '',
    changed: null,
    snapshot: '',
    notebook: '',
    cell: '',
    executed: null
  },
  environment: {
    image: '',
    python: '',
    instance: '',
    gpu: '',
    seed: '',
    space: '',
    domain: ''
  },
  job: '',
  execution: '',
  recorded: true,
  missing: '',
  parent: null,
  repeats: null,
  children: [],
  repeated: [],
  cut: 0
};

export const KEPT: RunKept = {
  files: [],
  cut: 0,
  changed: [],
  changed_cut: 0,
  left_out: [],
  left_out_cut: 0,
  snapshot: false,
  packages: null,
  missing: [],
  notebook: { kept: '', executed: false, here: '', why: 'It was not recorded.' },
  problems: []
};

export function content(more: Partial<FileContent>): FileContent {
  return {
    path: 'x',
    kind: 'text',
    size: 3,
    text: '',
    rows: [],
    media: '',
    base64: '',
    notebook: null,
    more: false,
    ...more
  };
}

export function showRun(first: Partial<IRunPageProps> = {}) {
  cleanup();
  const deeds = {
    table: vi.fn<IRunDeeds['table']>(),
    compare: vi.fn<IRunDeeds['compare']>(),
    openNotebook: vi.fn<IRunDeeds['openNotebook']>(),
    openRun: vi.fn<IRunDeeds['openRun']>(),
    copyLink: vi.fn<IRunDeeds['copyLink']>(),
    reproduce: vi.fn<NonNullable<IRunDeeds['reproduce']>>(),
    menu: vi.fn<IRunDeeds['menu']>(),
    setTags: vi.fn<IRunDeeds['setTags']>(() => Promise.resolve()),
    whole: vi.fn<IRunDeeds['whole']>(() =>
      Promise.resolve<WholeValue>({ text: 'all of it', more: false })
    ),
    files: vi.fn<IRunDeeds['files']>(() =>
      Promise.resolve<RunFiles>({ files: [], cut: 0 })
    ),
    file: vi.fn<IRunDeeds['file']>(path =>
      Promise.resolve(content({ path, text: 'hello' }))
    ),
    save: vi.fn<IRunDeeds['save']>(() => Promise.resolve()),
    copy: vi.fn<IRunDeeds['copy']>(),
    again: vi.fn<IRunDeeds['again']>()
  };
  let props: IRunPageProps = {
    id: 's.1',
    shown: RUN,
    kept: KEPT,
    keptProblem: null,
    notebook: null,
    notebookProblem: null,
    curves: null,
    job: null,
    problem: null,
    gone: false,
    late: false,
    markdown: null,
    trans,
    deeds,
    ...first
  };
  const { container, rerender } = render(<RunPage {...props} />);
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  return {
    container,
    deeds,
    query,
    again: (more: Partial<IRunPageProps>) => {
      props = { ...props, ...more };
      act(() => rerender(<RunPage {...props} />));
    },
    control: (name: string) => query(`[data-smo-do="${name}"]`) as HTMLButtonElement,
    /** Clicks, and waits for what was promised. */
    click: async (target: string | Element) => {
      const element = typeof target === 'string' ? query(target)! : target;
      await act(async () => (element as HTMLElement).click());
    }
  };
}
