import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from '../api/feed';
import { RENEW } from '../api/looking';
import type { ExperimentsState } from '../api/types';
import { FakeServer, type IAsk } from '../testing/server';
import { ExperimentsModel, FIRST, firstChoice } from './model';

const BASE = '/base/sm-onboard/experiments';

let server: FakeServer;
let model: ExperimentsModel;
let total: number;
let revision: number;

beforeEach(() => {
  total = 3;
  revision = 1;
  server = new FakeServer();
  server.answer = ask => ({ json: answer(ask) });
  model = new ExperimentsModel({
    serverSettings: server.settings,
    events: server.events,
    lost: server.lost
  });
});

afterEach(() => {
  vi.useRealTimers();
  model.dispose();
});

function state(): ExperimentsState {
  return {
    server: 'one',
    revision,
    state: 'idle',
    stores: [],
    metric: 'auc',
    metrics: ['auc'],
    latest: [],
    running: 0
  };
}

interface IAsked {
  since: string;
  limit: number | null;
  experiments: string[];
}

function answer(ask: IAsk): unknown {
  if (ask.path !== `${BASE}/runs`) {
    return state();
  }
  const { since, limit } = ask.body as IAsked;
  const part = since === '' && limit !== null && limit < total;
  const length = since === '' ? (part ? limit : total) : 0;
  return {
    cursor: part ? '' : `at-${revision}`,
    whole: since === '',
    total,
    ids: Array.from({ length }, (_, index) => `s.${index}`),
    columns: [],
    gone: []
  };
}

const asked = (path: string) =>
  server.asks.filter(ask => ask.path === `${BASE}/${path}`).map(ask => ask.body);

function event(): void {
  const data = { room: 'experiments', id: '', revision, server: 'one' };
  server.events.emit({ schema_id: CHANGED, ...data });
}

async function looking(): Promise<void> {
  model.choose(['s.1']);
  model.look('page', true);
  await vi.waitFor(() => expect(model.runs.ids).toHaveLength(total));
}

it('asks nothing before somebody looks', async () => {
  event();
  model.choose(['s.1']);
  await new Promise(done => setTimeout(done, 50));
  expect(server.asks).toEqual([]);
});

it('asks once where the first answer is all of it', async () => {
  await looking();
  expect(asked('runs')).toHaveLength(1);
  expect(model.partly).toBe(false);
});

it('shows the newest runs first, and then all of them', async () => {
  total = FIRST + 50;
  const lengths: number[] = [];
  model.changed.connect(() => void lengths.push(model.runs.ids.length));
  await looking();
  expect(lengths).toContain(FIRST);
  const [first, second] = asked('runs') as IAsked[];
  expect([first?.limit, second?.limit]).toEqual([FIRST, null]);
  expect(second?.since).toBe('');
});

it('then asks only for what is new', async () => {
  await looking();
  revision = 2;
  event();
  await vi.waitFor(() => expect(asked('runs')).toHaveLength(2));
  expect((asked('runs')[1] as IAsked).since).toBe('at-1');
  expect(model.runs.ids).toHaveLength(total);
});

it('asks for no table while only the panel is open', async () => {
  model.look('panel', true);
  await vi.waitFor(() => expect(model.state).not.toBeNull());
  model.choose(['s.1']);
  revision = 2;
  event();
  await new Promise(done => setTimeout(done, 300));
  expect(asked('runs')).toEqual([]);
});

it('forgets the runs of another choice, also those that come late', async () => {
  await looking();
  let late: () => void = () => undefined;
  const held = new Promise<void>(done => (late = done));
  server.answer = async ask => {
    const json = answer(ask);
    if (ask.path === `${BASE}/runs` && (ask.body as IAsked).experiments[0] === 's.2') {
      await held;
    }
    return { json };
  };
  model.choose(['s.2']);
  expect(model.runs.ids).toEqual([]);
  await vi.waitFor(() => expect(server.open).toBe(1));
  total = 7;
  model.choose(['s.3']);
  late();
  await vi.waitFor(() => expect(model.runs.ids).toHaveLength(7));
  expect((asked('runs').at(-1) as IAsked).experiments).toEqual(['s.3']);
});

it('says that it looks, says it again, and says when that is over', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  await looking();
  const opens = () => (asked('look') as Array<{ open: boolean }>).map(look => look.open);
  const before = opens().length;
  await vi.advanceTimersByTimeAsync(RENEW + 100);
  expect(opens().length).toBeGreaterThan(before);
  model.hidden = true;
  await vi.waitFor(() => expect(opens().at(-1)).toBe(false));
  model.hidden = false;
  await vi.waitFor(() => expect(opens().at(-1)).toBe(true));
  model.look('page', false);
  await vi.waitFor(() => expect(opens().at(-1)).toBe(false));
});

it('keeps what it knows when the server is away, and says so', async () => {
  await looking();
  server.answer = () => new TypeError('refused');
  server.lost.emit(undefined);
  await vi.waitFor(() => expect(model.feed.error).not.toBeNull());
  expect(model.runs.ids).toHaveLength(total);
});

it('chooses at first what the latest runs are of, else what a store has', () => {
  const store = (id: string, experiments: string[]) => ({
    id,
    kind: 'sqlite' as const,
    name: id,
    uri: id,
    state: 'ready' as const,
    recording: false,
    note: '',
    read_at: null,
    problem: null,
    experiments: experiments.map(one => ({
      id: one,
      name: one,
      runs: null,
      latest: null
    }))
  });
  const stores = [store('s', []), store('t', ['t.1', 't.2']), store('u', ['u.1'])];
  const run = { id: 's.a', name: 'a', status: 'finished' as const, metric: null };
  const latest = [{ ...run, experiment: 's.9', started: 1, ended: 2 }];
  expect(firstChoice(null)).toEqual([]);
  expect(firstChoice({ ...state(), stores: [store('s', [])] })).toEqual([]);
  expect(firstChoice({ ...state(), stores })).toEqual(['t.1', 't.2']);
  expect(firstChoice({ ...state(), stores, latest })).toEqual(['s.9']);
  const here = { ...store('u', ['u.1', 'u.2']), recording: true };
  const both = [...latest, { ...latest[0]!, experiment: 'u.2' }];
  expect(firstChoice({ ...state(), stores: [...stores, here], latest: both })).toEqual([
    'u.2'
  ]);
  expect(firstChoice({ ...state(), stores: [...stores, here], latest })).toEqual(['s.9']);
});
