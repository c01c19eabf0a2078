import type { Notification } from '@jupyterlab/apputils';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { ReposState } from '../api/types';
import { blocked, row, state } from '../testing/rows';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { ReposModel } from './model';
import { FirstSetup, type IMemory } from './setup';

type Notices = Pick<typeof Notification, 'emit' | 'update'>;

const cloning = row('churn', { state: 'cloning' });
const start = 'churn/notebooks/start.ipynb';

let memory: IMemory;
let revision: number;

beforeEach(() => {
  const kept = new Map<string, string>();
  memory = {
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value)
  };
  revision = 0;
});

/** A window of JupyterLab: what it opened, told and offered. */
function open(more: { opensPanel?: boolean; notifies?: boolean; closes?: boolean } = {}) {
  const server = new FakeServer();
  const model = new ReposModel({
    serverSettings: server.settings,
    events: server.events
  });
  const emit = vi.fn<Notices['emit']>(() => 'n1');
  const update = vi.fn<Notices['update']>(() => more.closes !== true);
  const reveal = vi.fn<() => void>();
  const opened = vi.fn<(path: string) => void>();
  const setup = new FirstSetup({
    model,
    trans,
    memory,
    opensPanel: () => more.opensPanel ?? true,
    notifies: () => more.notifies ?? true,
    reveal,
    open: opened,
    notices: { emit, update }
  });
  const see = (rows: ReposState['repositories'], then: Partial<ReposState> = {}) => {
    revision += 1;
    model.feed.accept(state(rows, { first: true, revision, ...then }));
  };
  return { see, emit, update, reveal, opened, setup };
}

describe('the first set-up', () => {
  it('opens the panel, tells how far it is in one notification, then offers the notebook', () => {
    const { see, emit, update, reveal, opened } = open();
    see([cloning, row('ds')], { state: 'working' });
    expect(reveal).toHaveBeenCalledOnce();
    expect(emit).toHaveBeenCalledExactlyOnceWith(
      'Setting up your team’s repositories: 1 of 2 ready',
      'in-progress',
      { autoClose: false, progress: 0.5 }
    );
    see([row('churn', { start }), row('ds')]);
    expect(reveal).toHaveBeenCalledOnce();
    expect(emit).toHaveBeenCalledOnce();
    const told = update.mock.calls[0]![0];
    expect(told).toMatchObject({ id: 'n1', type: 'success' });
    expect(told.message).toBe(
      'Your team’s 2 repositories are ready. Start with churn/notebooks/start.ipynb.'
    );
    expect(told.actions?.map(action => action.label)).toEqual(['Open']);
    told.actions?.[0]?.callback(new MouseEvent('click'));
    expect(opened).toHaveBeenCalledExactlyOnceWith(start);
  });

  it('says what needs the person', () => {
    const { see, emit } = open();
    see([blocked('churn'), row('ds')]);
    const [message, type, options] = emit.mock.calls[0]!;
    expect(message).toBe('1 of 2 repositories are ready. 1 needs you.');
    expect(type).toBe('warning');
    expect(options?.actions?.map(action => action.label)).toEqual(['Show']);
  });

  it('is told once for a server and a root, whatever is opened or reloaded', () => {
    open().see([row('churn')]);
    const second = open();
    second.see([row('churn')]);
    expect(second.emit).not.toHaveBeenCalled();
    expect(second.reveal).not.toHaveBeenCalled();
    const elsewhere = open();
    elsewhere.see([row('churn')], { root: '/mnt/other' });
    expect(elsewhere.emit).toHaveBeenCalledOnce();
  });

  it('goes on in a window that is reloaded in between, without opening the panel again', () => {
    open().see([cloning], { state: 'working' });
    const reloaded = open();
    reloaded.see([cloning], { state: 'working' });
    expect(reloaded.reveal).not.toHaveBeenCalled();
    expect(reloaded.emit).toHaveBeenCalledOnce();
    reloaded.see([row('churn')]);
    expect(reloaded.update).toHaveBeenCalledOnce();
  });

  it('ends in every window that shows it', () => {
    const [one, other] = [open(), open()];
    one.see([cloning], { state: 'working' });
    other.see([cloning], { state: 'working' });
    expect(other.reveal).not.toHaveBeenCalled();
    one.see([row('churn')]);
    other.see([row('churn')]);
    other.see([row('churn')]);
    expect(one.update).toHaveBeenCalledOnce();
    expect(other.update).toHaveBeenCalledOnce();
  });

  it('does not come back while it goes on when it was closed, only with the end', () => {
    const { see, emit } = open({ closes: true });
    see([cloning], { state: 'working' });
    see([cloning], { state: 'working' });
    expect(emit).toHaveBeenCalledTimes(1);
    see([row('churn')]);
    expect(emit).toHaveBeenCalledTimes(2);
  });

  it('respects the person’s settings', () => {
    const { see, emit, reveal } = open({ opensPanel: false, notifies: false });
    see([cloning], { state: 'working' });
    see([row('churn')]);
    expect(reveal).not.toHaveBeenCalled();
    expect(emit).not.toHaveBeenCalled();
  });

  it('is none where the repositories were there before, or where there are none', () => {
    const { see, emit, reveal } = open();
    see([row('churn')], { first: false });
    see([]);
    expect(reveal).not.toHaveBeenCalled();
    expect(emit).not.toHaveBeenCalled();
  });

  it('works in a browser that keeps nothing', () => {
    memory = {
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('denied');
      }
    };
    const { see, emit, reveal } = open();
    see([row('churn')]);
    see([row('churn')]);
    expect(emit).toHaveBeenCalledOnce();
    expect(reveal).toHaveBeenCalledOnce();
  });
});
