import { act, fireEvent } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { RequestError } from '../api/request';
import type { Repository } from '../api/types';
import { blocked, progress, row, state } from '../testing/rows';
import { show } from '../testing/view';

afterEach(() => vi.useRealTimers());

function click(element: Element | null): void {
  expect(element).not.toBeNull();
  fireEvent.click(element!);
}

describe('a row says what is going on', () => {
  const cases: Array<[string, Partial<Repository>, string, string]> = [
    ['waiting', { state: 'waiting' }, 'waiting', 'Waiting'],
    [
      'asking',
      { state: 'waiting', progress: progress({ phase: 'asking' }) },
      'waiting',
      'Asking github.com…'
    ],
    [
      'receiving',
      { state: 'cloning', progress: progress({ percent: 62.4, detail: '31.4 MiB' }) },
      'working',
      'Receiving 62 % · 31.4 MiB'
    ],
    [
      'writing',
      {
        state: 'updating',
        progress: progress({ phase: 'writing', percent: 18, done: 1102, total: 6120 })
      },
      'working',
      'Writing files 18 % · 1,102 of 6,120'
    ],
    ['cloned', { action: 'cloned', changed: 1214 }, 'done', 'Ready · 1,214 files'],
    ['unchanged', {}, 'done', 'Up to date'],
    [
      'on the own branch',
      { code: 'repos.on_own_branch', message: 'You are on your own branch.' },
      'done',
      'You are on your own branch.'
    ],
    [
      'undone',
      { action: 'restored', message: 'Undone. 4 files are as they were.' },
      'done',
      'Undone. 4 files are as they were.'
    ],
    ['ahead', { ahead: 1 }, 'done', 'Up to date · 1 commit to push'],
    [
      'behind',
      { state: 'behind', behind: 3 },
      'behind',
      '3 behind · none of your files touched'
    ],
    ['failed', { state: 'failed', message: 'No such host.' }, 'failed', 'No such host.'],
    ['cancelled', { state: 'cancelled' }, 'stopped', 'Cancelled'],
    [
      'skipped',
      { state: 'skipped', message: 'Only for ds-*.' },
      'skipped',
      'Only for ds-*.'
    ],
    ['foreign', { state: 'foreign', message: 'Another one.' }, 'foreign', 'Another one.'],
    [
      'diverged',
      { state: 'diverged', ahead: 2, behind: 5 },
      'diverged',
      '2 ahead, 5 behind'
    ]
  ];
  it.each(cases)('%s', (_, more, icon, said) => {
    const { row: find } = show({ state: state([row('churn', more)]) });
    const line = find('churn');
    expect(line.querySelector('.smo-Row-sentence')?.textContent).toBe(said);
    expect(
      line.querySelector('.smo-Row-main .smo-Icon')?.getAttribute('data-smo-icon')
    ).toBe(icon);
    expect(line.dataset.smoState).toBe(more.state ?? 'ready');
  });

  it('keeps the whole name, cut in the middle by the style', () => {
    const name = 'feature-store-definitions-eu-west-1';
    const { row: find } = show({ state: state([row('a', { name })]) });
    expect(find('a').querySelector('.smo-Name')?.textContent).toBe(name);
    expect(find('a').querySelector('.smo-Name')?.getAttribute('title')).toBe(name);
  });

  it('shows what a stranger wrote as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const { container } = show({
      state: state([
        row('a', {
          name: evil,
          branch: evil,
          state: 'failed',
          message: evil,
          hint: evil
        }),
        { ...blocked('b'), files: [{ path: evil, why: 'changed', by: evil }] }
      ])
    });
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain(evil);
  });
});

describe('progress', () => {
  it('is a progressbar with the percentage', () => {
    const { row: find } = show({
      state: state([
        row('churn', { state: 'cloning', progress: progress({ percent: 62 }) })
      ])
    });
    const bar = find('churn').querySelector('[role=progressbar]');
    expect(bar?.getAttribute('aria-valuenow')).toBe('62');
    expect(bar?.getAttribute('aria-label')).toContain('churn');
  });

  it('claims no percentage that git does not tell', () => {
    const { row: find } = show({
      state: state([row('churn', { state: 'cloning', progress: progress() })])
    });
    const bar = find('churn').querySelector('[role=progressbar]');
    expect(bar).not.toBeNull();
    expect(bar?.hasAttribute('aria-valuenow')).toBe(false);
  });

  it('says after 3 s which host has not answered', () => {
    vi.useFakeTimers();
    const { row: find } = show({
      state: state([
        row('churn', { state: 'waiting', progress: progress({ phase: 'asking' }) })
      ])
    });
    expect(find('churn').textContent).toContain('Asking github.com…');
    act(() => void vi.advanceTimersByTime(3_100));
    expect(find('churn').textContent).toContain('No answer from github.com yet');
  });
});

describe('the main action', () => {
  it.each<[string, Partial<Repository>, string]>([
    ['cancels work', { state: 'cloning', actions: ['cancel'] }, 'cancel'],
    ['updates', { state: 'behind', actions: ['update'] }, 'update'],
    ['tries again', { state: 'failed', actions: ['retry'] }, 'retry']
  ])('%s', (_, more, what) => {
    const { control, deeds } = show({ state: state([row('churn', more)]) });
    click(control(what, 'churn'));
    expect(deeds.act).toHaveBeenCalledExactlyOnceWith('churn', what);
  });

  it('opens the folder of what is ready', () => {
    const { control, deeds } = show({
      state: state([row('churn', { actions: ['update'] })])
    });
    click(control('folder', 'churn'));
    expect(deeds.openFolder).toHaveBeenCalledExactlyOnceWith('churn');
  });

  it('waits while a request is under way', () => {
    const behind = row('churn', { state: 'behind', actions: ['update'] });
    const { control } = show({ state: state([behind]), busy: new Set(['churn']) });
    expect(control('update', 'churn')?.disabled).toBe(true);
  });

  it('is an icon with a name where the panel is narrow', () => {
    const behind = row('churn', { state: 'behind', actions: ['update'] });
    const { control, container } = show({ state: state([behind]), narrow: true });
    expect(control('update', 'churn')?.textContent).toBe('');
    expect(control('update', 'churn')?.getAttribute('aria-label')).toBe('Update (churn)');
    expect(container.querySelector('.smo-Row-branch')).toBeNull();
  });
});

describe('trouble', () => {
  it('opens by itself and names the files, whose they are and what to do', () => {
    const { row: find, control, deeds } = show({ state: state([blocked('churn')]) });
    expect(find('churn').getAttribute('aria-expanded')).toBe('true');
    expect(find('churn').textContent).toContain('notebooks/03_train.ipynb');
    expect(find('churn').textContent).toContain('you and bob');
    expect(find('churn').textContent).toContain('yours, not in git');
    expect(control('set_aside', 'churn')?.textContent).toBe('Set mine aside, update');
    expect(control('merge', 'churn')?.textContent).toBe('Merge…');
    expect(control('discard', 'churn')?.textContent).toBe('Discard mine…');
    click(control('set_aside', 'churn'));
    expect(deeds.act).toHaveBeenCalledExactlyOnceWith('churn', 'set_aside');
  });

  it('waits for a lock, and leaves removing it to the second look', () => {
    const locked = row('churn', { state: 'blocked', actions: ['retry', 'remove_lock'] });
    const { control } = show({ state: state([locked]) });
    expect(control('retry', 'churn')?.textContent).toBe('Retry');
    expect(control('remove_lock', 'churn')?.className).toContain('smo-mod-plain');
  });

  it('stays closed where there is a lot of it, or little room', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map(blocked);
    expect(
      show({ state: state(many) })
        .row('a')
        .getAttribute('aria-expanded')
    ).toBe('false');
    const narrow = show({ state: state([blocked('a')]), narrow: true });
    expect(narrow.row('a').getAttribute('aria-expanded')).toBe('false');
    expect(narrow.row('a').textContent).toContain('2 files in the way');
    click(narrow.control('open', 'a'));
    expect(narrow.row('a').getAttribute('aria-expanded')).toBe('true');
  });

  it('names six files, and the others on request', () => {
    const files = Array.from({ length: 9 }, (_, i) => ({
      path: `f${i}.py`,
      why: 'changed' as const,
      by: ''
    }));
    const { row: find, control } = show({ state: state([{ ...blocked('a'), files }]) });
    expect(find('a').querySelectorAll('.smo-File')).toHaveLength(6);
    click(control('all-files', 'a'));
    expect(find('a').querySelectorAll('.smo-File')).toHaveLength(9);
  });

  it('opens a file that is in the way, unless it is gone', () => {
    const gone = { path: 'gone.py', why: 'deleted' as const, by: '' };
    const files = [...blocked('churn').files, gone];
    const { row: find, deeds } = show({ state: state([{ ...blocked('churn'), files }]) });
    const paths = [...find('churn').querySelectorAll('.smo-File-path')];
    expect(paths.map(path => path.tagName)).toEqual(['BUTTON', 'BUTTON', 'SPAN']);
    click(paths[0]!);
    expect(deeds.openFile).toHaveBeenCalledExactlyOnceWith(
      'churn',
      'notebooks/03_train.ipynb'
    );
  });

  it('shows why a request was refused', () => {
    const error = new RequestError('repos.not_possible_now', 'Not now.', 'Wait.');
    const refusals = new Map([['churn', error]]);
    const { row: find } = show({ state: state([blocked('churn')]), refusals });
    expect(find('churn').textContent).toContain('Not now. Wait.');
  });
});

describe('the second step', () => {
  it('starts on the safe answer, and changes nothing by it', () => {
    const view = show({ state: state([blocked('churn')]) });
    view.again({ asked: { id: 'churn', what: 'discard' } });
    expect(document.activeElement).toBe(view.control('keep', 'churn'));
    expect(view.control('keep', 'churn')?.textContent).toBe('Keep mine');
    expect(view.control('set_aside', 'churn')).toBeNull();
    click(view.control('keep', 'churn'));
    expect(view.deeds.keep).toHaveBeenCalledOnce();
    expect(view.deeds.confirm).not.toHaveBeenCalled();
    view.again({ asked: null });
    expect(document.activeElement).toBe(view.row('churn'));
  });

  it('goes ahead when told so', () => {
    const asked = { id: 'churn', what: 'discard' as const };
    const { control, deeds } = show({ state: state([blocked('churn')]), asked });
    click(control('go', 'churn'));
    expect(deeds.confirm).toHaveBeenCalledExactlyOnceWith(asked);
  });

  it('ends with Escape', () => {
    const asked = { id: 'churn', what: 'merge' as const };
    const { control, deeds } = show({ state: state([blocked('churn')]), asked });
    fireEvent.keyDown(control('keep', 'churn')!, { key: 'Escape' });
    expect(deeds.keep).toHaveBeenCalledOnce();
  });
});

it('offers to undo what was done, at once', () => {
  vi.setSystemTime('2026-11-23T10:00:00Z'); // within a day of it
  const undo = {
    snapshot: 's',
    did: 'updated',
    at: '2026-11-23T09:02:00Z',
    files: 4
  } as const;
  const updated = row('churn', { action: 'updated', undo, actions: ['undo', 'update'] });
  const { row: find, control, deeds } = show({ state: state([updated]) });
  expect(find('churn').textContent).toMatch(/Updated \d+:02.*, 4 files/);
  click(control('undo', 'churn'));
  expect(deeds.act).toHaveBeenCalledExactlyOnceWith('churn', 'undo');
});

describe('packages', () => {
  const environment = { file: 'requirements.txt', missing: ['a', 'b', 'c'], message: '' };

  it('offers to install what is missing', () => {
    const one = row('churn', { environment: { ...environment, state: 'missing' } });
    const { row: find, control, deeds } = show({ state: state([one]) });
    expect(find('churn').textContent).toContain(
      '3 packages of requirements.txt are missing'
    );
    click(control('install', 'churn'));
    expect(deeds.install).toHaveBeenCalledExactlyOnceWith('churn');
  });

  it('shows that it goes on, and the log', () => {
    const one = row('churn', { environment: { ...environment, state: 'installing' } });
    const { row: find, control, deeds } = show({ state: state([one]) });
    expect(find('churn').querySelector('[role=progressbar]')).not.toBeNull();
    expect(control('install', 'churn')).toBeNull();
    click(control('install-log', 'churn'));
    expect(deeds.showLog).toHaveBeenCalledExactlyOnceWith('churn');
  });

  it.each(['unknown', 'complete'] as const)('says nothing when %s', known => {
    const one = row('churn', { environment: { ...environment, state: known } });
    const { container } = show({ state: state([one]) });
    expect(container.querySelector('[data-smo-environment]')).toBeNull();
  });
});
