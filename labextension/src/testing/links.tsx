/** Links that are made and opened, as the server tells them, and their views. */

import { act, cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type {
  LinkMade,
  LinkMaking,
  LinkOpening,
  LinkPreview,
  LinkStanding,
  MadeLink
} from '../api/types';
import type { ILinkDeeds, ILinkProps } from '../links/making/props';
import { fileTarget, FIRST } from '../links/making/target';
import { LinkView } from '../links/making/view';
import { PreviewPage } from '../links/opening/page';
import type { IPreviewDeeds, IPreviewProps } from '../links/opening/props';
import { trans } from './view';

export const LINK =
  'https://alice.example/jupyterlab/default/lab?smo=snapshot&s=team&d=c07e5d2b#cell-id=c2';

export function standing(more: Partial<LinkStanding> = {}): LinkStanding {
  return {
    name: '03_train.ipynb',
    best: 'snapshot',
    choices: [
      {
        kind: 'snapshot',
        title: 'Snapshot of now',
        text: 'notebook and src/churn/features.py',
        gets: 'A copy.',
        warning: '',
        problem: null,
        can_push: false
      },
      {
        kind: 'git',
        title: 'Last commit in git',
        text: '4f2a9c1 on github.com/acme/churn.',
        gets: '',
        warning: '',
        problem: {
          code: 'links.not_pushed',
          message: 'The commit is not at github.com yet.',
          hint: 'Push it.',
          action: '',
          resource: '',
          statement: '',
          endpoint: ''
        },
        can_push: true
      }
    ],
    stores: [{ alias: 'team', readers: 'Everybody in the team can read it.' }],
    addresses: [{ host: 'GitHub', url: 'https://github.com/acme/churn/blob/4f2a/x' }],
    has_outputs: true,
    can_export: true,
    ...more
  };
}

export function made(more: Partial<LinkMade> = {}): LinkMade {
  return {
    link: LINK,
    kind: 'snapshot',
    gets: 'Whoever opens it gets a copy of this notebook as it is now.',
    files: 2,
    size: 38_000,
    until: Date.UTC(2026, 11, 10),
    readers: 'Everybody in the team can read it.',
    digest: 'c07e5d2b',
    left_out: [],
    secrets: 0,
    packages: '',
    ...more
  };
}

export function making(more: Partial<LinkMaking> = {}): LinkMaking {
  return {
    id: 'm1',
    state: 'made',
    looked: 1,
    doing: '',
    percent: null,
    standing: standing(),
    findings: [],
    made: made(),
    problem: null,
    ...more
  };
}

export const FOUND = {
  path: 'nb/03_train.ipynb',
  where: '03_train.ipynb, cell 3',
  what: 'AWS Access Key',
  shown: 'AKIA••••••••'
};

export const MADE_LINK: MadeLink = {
  id: 'c07e5d2b',
  name: '03_train.ipynb',
  link: LINK,
  store: 'team',
  made: Date.UTC(2026, 10, 9),
  until: Date.UTC(2026, 11, 9),
  size: 38_000,
  note: '',
  expired: false
};

export function preview(more: Partial<LinkPreview> = {}): LinkPreview {
  return {
    title: '03_train.ipynb',
    sender: 'alice',
    note: 'Look at the eta choice.',
    sent: Date.UTC(2026, 10, 9, 10, 12),
    until: Date.UTC(2026, 11, 10),
    facts: [
      { name: 'what', text: 'Snapshot: a notebook at one cell', state: 'ok' },
      { name: 'repository', text: 'github.com/acme/churn', state: 'unknown' }
    ],
    files: [
      {
        path: 'nb/03_train.ipynb',
        size: 31_000,
        here: 'differs',
        text: '2 cells differ from yours'
      },
      { path: 'src/churn/features.py', size: 7000, here: 'new', text: '' }
    ],
    all_files: 2,
    same: [
      { part: 'data', state: 'ok', text: 's3://acme-churn/oct/, you may read it' },
      { part: 'packages', state: 'differs', text: 'xgboost 2.1.1 here' }
    ],
    notebook: {
      language: 'python',
      more: false,
      cells: [
        {
          id: 'c1',
          kind: 'markdown',
          source: '# Churn: train',
          count: null,
          outputs: [],
          more: false
        },
        { id: 'c2', kind: 'code', source: 'eta = 1', count: 5, outputs: [], more: false }
      ]
    },
    text: null,
    cell: 'c2',
    differing: ['c2'],
    mine: 'churn/nb/03_train.ipynb',
    mine_text: '1 cell differs',
    place: '~/shared/alice/03_train-c07e5d2b/',
    keeps: ['Your ~/churn stays as it is.'],
    how: ['beside', 'mine'],
    run: '',
    warnings: [],
    ...more
  };
}

export function opening(more: Partial<LinkOpening> = {}): LinkOpening {
  return {
    id: 'o1',
    state: 'ready',
    claims: {
      kind: 'snapshot',
      sender: 'alice',
      note: '',
      path: 'nb/03_train.ipynb',
      cell: 'c2',
      heading: '',
      repository: '',
      host: '',
      commit: '',
      store: 'team',
      digest: 'c07e5d2b',
      run: '',
      tracking: '',
      space: ''
    },
    trust: { listed: true, asked: 'team', why: 'Your team’s file names it.' },
    looked: 1,
    doing: '',
    percent: null,
    preview: preview(),
    opened: null,
    problem: null,
    ...more
  };
}

/** Shows the popover; `again` shows it with other props. */
export function showLinkView(first: Partial<ILinkProps> = {}) {
  cleanup();
  const deeds = {
    make: vi.fn<ILinkDeeds['make']>(),
    copy: vi.fn<ILinkDeeds['copy']>(),
    confirm: vi.fn<ILinkDeeds['confirm']>(),
    cancel: vi.fn<ILinkDeeds['cancel']>(),
    choose: vi.fn<ILinkDeeds['choose']>(),
    savePage: vi.fn<ILinkDeeds['savePage']>(),
    forgetPage: vi.fn<ILinkDeeds['forgetPage']>(),
    readMade: vi.fn<ILinkDeeds['readMade']>(),
    deleteMade: vi.fn<ILinkDeeds['deleteMade']>(),
    copyText: vi.fn<ILinkDeeds['copyText']>(() => Promise.resolve(true)),
    close: vi.fn<ILinkDeeds['close']>()
  };
  const { shown = making() } = first;
  const props: ILinkProps = {
    target: fileTarget('churn/nb/03_train.ipynb', { cell: 'c2' }),
    shown,
    standing: shown?.standing ?? null,
    refusal: null,
    isUnderWay: shown?.state === 'looking' || shown?.state === 'making',
    isOver: shown?.state === 'failed' || shown?.state === 'cancelled',
    late: false,
    saving: 'saved',
    copied: 'yes',
    form: { ...FIRST, kind: 'snapshot' },
    isOther: false,
    made: { state: 'none' },
    page: { state: 'none' },
    trans,
    deeds,
    ...first
  };
  return { deeds, ...shownIn(more => <LinkView {...props} {...more} />) };
}

/** Shows the preview; `again` shows it with other props. */
export function showPreviewPage(first: Partial<IPreviewProps> = {}) {
  cleanup();
  const deeds = {
    look: vi.fn<IPreviewDeeds['look']>(),
    fetch: vi.fn<IPreviewDeeds['fetch']>(),
    choose: vi.fn<IPreviewDeeds['choose']>(),
    cancel: vi.fn<IPreviewDeeds['cancel']>(),
    openAgain: vi.fn<IPreviewDeeds['openAgain']>(),
    showFolder: vi.fn<IPreviewDeeds['showFolder']>(),
    copyText: vi.fn<IPreviewDeeds['copyText']>(() => Promise.resolve(true))
  };
  const { shown = opening() } = first;
  const props: IPreviewProps = {
    link: LINK,
    shown,
    refusal: null,
    isUnderWay: shown?.state === 'fetching' || shown?.state === 'opening',
    isOver: shown?.state === 'failed' || shown?.state === 'cancelled',
    late: false,
    notShown: '',
    markdown: null,
    trans,
    deeds,
    ...first
  };
  return { deeds, ...shownIn(more => <PreviewPage {...props} {...more} />) };
}

function shownIn<P>(element: (more: Partial<P>) => React.ReactElement) {
  const { container, rerender } = render(element({}));
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  return {
    container,
    query,
    again: (more: Partial<P>) => rerender(element(more)),
    /** A control by its stable name. */
    control: (name: string) =>
      container.querySelector<HTMLButtonElement>(`[data-smo-do="${name}"]`),
    /** What is late by a turn, such as Markdown, is there afterwards. */
    settled: () => act(async () => new Promise(done => setTimeout(done, 20)))
  };
}
