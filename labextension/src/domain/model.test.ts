import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CHANGED } from '../api/feed';
import { RENEW } from '../api/looking';
import type { Running } from '../api/types';
import {
  app,
  apps,
  bobs,
  domainState,
  part,
  parts,
  problem,
  profile
} from '../testing/domain';
import { FakeServer, type IAsk } from '../testing/server';
import { DomainModel, isReading } from './model';

const BASE = '/base/sm-onboard/domain';

let server: FakeServer;
let model: DomainModel;
let rows: Running[];
let revision: number;
let chosen: string;

beforeEach(() => {
  server = new FakeServer();
  rows = [app('mine', { per_hour: 1.41 }), bobs('theirs')];
  revision = 1;
  chosen = 'd-1';
  server.answer = ask => ({ json: answer(ask) });
  model = new DomainModel({
    serverSettings: server.settings,
    events: server.events,
    lost: server.lost
  });
});

afterEach(() => {
  vi.useRealTimers();
  model.dispose();
});

function answer(ask: IAsk): unknown {
  switch (ask.path) {
    case `${BASE}/apps`:
      return apps(rows, { revision });
    case `${BASE}/profiles`:
      return { revision, part: part('profiles'), rows: [profile('alice')] };
    case `${BASE}/stop`:
      return { results: [{ id: 'mine', stopped: true, problem: null }] };
    default:
      return domainState({ revision, chosen });
  }
}

const looks = () =>
  server.asks
    .filter(ask => ask.path === `${BASE}/look`)
    .map(ask => ask.body as { view: string; parts: string[]; refresh: boolean });

async function looking(): Promise<void> {
  model.look('page', ['here', 'apps']);
  await vi.waitFor(() => expect(model.apps).not.toBeNull());
}

function event(): void {
  server.events.emit({
    schema_id: CHANGED,
    room: 'domain',
    id: '',
    revision,
    server: 'one'
  });
}

describe('looking', () => {
  it('asks nothing before somebody looks', async () => {
    event();
    await new Promise(done => setTimeout(done, 50));
    expect(server.asks).toEqual([]);
  });

  it('asks for what is seen, and for nothing else', async () => {
    await looking();
    expect(looks()[0]).toMatchObject({ parts: ['apps', 'here'], refresh: false });
    expect(server.count('GET', `${BASE}/apps`)).toBeGreaterThan(0);
    for (const table of ['settings', 'profiles', 'spaces']) {
      expect(server.count('GET', `${BASE}/${table}`)).toBe(0);
    }
  });

  it('asks for a table again only when something changed', async () => {
    await looking();
    await model.feed.refresh();
    const before = server.count('GET', `${BASE}/apps`);
    await model.feed.refresh();
    expect(server.count('GET', `${BASE}/apps`)).toBe(before);
    revision = 2;
    rows = [app('mine', { state: 'stopping' })];
    event();
    await vi.waitFor(() => expect(model.find('mine')?.state).toBe('stopping'));
    expect(server.count('GET', `${BASE}/apps`)).toBe(before + 1);
  });

  it('says what another tab shows, under the same name', async () => {
    await looking();
    model.look('page', ['here', 'profiles']);
    await vi.waitFor(() => expect(model.profiles?.rows).toHaveLength(1));
    const [first, second] = looks();
    expect(second?.view).toBe(first?.view);
    expect(second?.parts).toEqual(['here', 'profiles']);
  });

  it('says nothing twice', async () => {
    await looking();
    model.look('page', ['apps', 'here', 'apps']);
    expect(looks()).toHaveLength(1);
  });

  it('says when it is over, and is quiet then', async () => {
    await looking();
    model.look('page', []);
    await vi.waitFor(() => expect(looks().at(-1)?.parts).toEqual([]));
    await vi.waitFor(() => expect(server.open).toBe(0));
    const asked = server.asks.length;
    revision = 2;
    event();
    await new Promise(done => setTimeout(done, 400));
    expect(server.asks).toHaveLength(asked);
  });

  it('is over while nobody sees the window, and goes on after', async () => {
    await looking();
    model.hidden = true;
    await vi.waitFor(() => expect(looks().at(-1)?.parts).toEqual([]));
    model.hidden = false;
    await vi.waitFor(() => expect(looks().at(-1)?.parts).toEqual(['apps', 'here']));
  });

  it('renews what it looks at, in time', async () => {
    vi.useFakeTimers();
    model.look('page', ['here']);
    await vi.advanceTimersByTimeAsync(3 * RENEW + 100);
    expect(RENEW).toBeLessThan(60_000 / 2);
    expect(looks()).toHaveLength(4);
  });

  it('lets two views look at once', async () => {
    await looking();
    model.look('panel', ['here']);
    model.look('page', []);
    await vi.waitFor(() => expect(looks()).toHaveLength(3));
    expect(new Set(looks().map(look => look.view)).size).toBe(2);
    revision = 2;
    event();
    await vi.waitFor(() => expect(model.state?.revision).toBe(2));
  });

  it('tells when the server does not look', async () => {
    const json = { code: 'domain.off', message: 'The domain is off here.', hint: '' };
    server.answer = ask =>
      ask.method === 'POST' ? { status: 409, json } : { json: answer(ask) };
    await looking();
    await vi.waitFor(() => expect(model.refusal).toMatchObject(json));
  });

  it('reads again what is seen', async () => {
    await looking();
    await model.refresh();
    expect(looks().at(-1)).toMatchObject({ parts: ['apps', 'here'], refresh: true });
  });
});

describe('rows', () => {
  it('that did not change stay the same objects', async () => {
    await looking();
    const [mine, theirs] = [model.find('mine'), model.find('theirs')];
    rows = [app('mine', { per_hour: 2 }), bobs('theirs')];
    revision = 2;
    event();
    await vi.waitFor(() => expect(model.find('mine')?.per_hour).toBe(2));
    expect(model.find('theirs')).toBe(theirs);
    expect(model.find('mine')).not.toBe(mine);
  });

  it('of another domain are not shown for this one', async () => {
    await looking();
    chosen = 'd-2';
    revision = 2;
    rows = [];
    model.look('page', ['here']);
    await vi.waitFor(() => expect(model.state?.chosen).toBe('d-2'));
    await vi.waitFor(() => expect(model.apps).toBeNull());
  });
});

describe('stopping', () => {
  it('is busy until the state shows it, and asks once', async () => {
    await looking();
    const done = model.stop(['mine'], false);
    expect(model.busy.has('mine')).toBe(true);
    void model.stop(['mine'], false); // the second click of a double click
    await done;
    expect(model.busy.size).toBe(0);
    expect(server.count('POST', `${BASE}/stop`)).toBe(1);
    expect(server.asks.find(ask => ask.path === `${BASE}/stop`)?.body).toEqual({
      ids: ['mine'],
      others: false
    });
  });

  it('keeps why each was refused, until the next try', async () => {
    await looking();
    const denied = problem({ action: 'sagemaker:DeleteApp' });
    server.answer = ask => ({
      json: ask.path.endsWith('/stop')
        ? {
            results: [
              { id: 'mine', stopped: true, problem: null },
              { id: 'theirs', stopped: false, problem: denied }
            ]
          }
        : answer(ask)
    });
    await model.stop(['mine', 'theirs'], true);
    expect([...model.refusals.keys()]).toEqual(['theirs']);
    expect(model.refusals.get('theirs')).toMatchObject({ action: 'sagemaker:DeleteApp' });
    server.answer = ask => ({ json: answer(ask) });
    await model.stop(['theirs'], true);
    expect(model.refusals.size).toBe(0);
  });

  it('tells each row when the server did not answer', async () => {
    await looking();
    server.answer = ask =>
      ask.path.endsWith('/stop') ? new TypeError('no') : { json: answer(ask) };
    await model.stop(['mine'], false);
    expect(model.refusals.get('mine')?.code).toBe('client.no_answer');
    expect(model.busy.size).toBe(0);
  });

  it('forgets a second step for a row that has stopped', async () => {
    await looking();
    model.asked = { ids: ['mine'], others: false };
    rows = [app('mine', { state: 'stopped', stop: 'not_running' })];
    revision = 2;
    event();
    await vi.waitFor(() => expect(model.asked).toBeNull());
  });
});

it('is at work while a part is read', () => {
  expect(isReading(domainState())).toBe(false);
  const loading = part('apps', { state: 'loading' });
  expect(isReading(domainState({ parts: parts(loading) }))).toBe(true);
});
