import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from '../api/feed';
import type { Repository } from '../api/types';
import { blocked, row, state } from '../testing/rows';
import { FakeServer, type IAsk } from '../testing/server';
import { isWorking, ReposModel } from './model';

const GET = ['GET', '/base/sm-onboard/repos'] as const;

let server: FakeServer;
let model: ReposModel;
let rows: Repository[];
let revision: number;

beforeEach(() => {
  server = new FakeServer();
  rows = [row('churn', { state: 'behind', actions: ['update'] }), blocked('reports')];
  revision = 1;
  server.answer = ask => ({ json: answer(ask) });
  model = new ReposModel({
    serverSettings: server.settings,
    events: server.events,
    lost: server.lost
  });
});

afterEach(() => model.dispose());

function answer(ask: IAsk): unknown {
  return ask.method === 'GET' ? state(rows, { revision }) : rows[0];
}

async function started(): Promise<void> {
  model.feed.start();
  await vi.waitFor(() => expect(model.state).not.toBeNull());
}

it('shows what the server says after an event', async () => {
  await started();
  expect(model.find('churn')?.state).toBe('behind');
  rows = [row('churn')];
  revision = 2;
  server.events.emit({
    schema_id: CHANGED,
    room: 'repos',
    id: 'churn',
    revision,
    server: 'one'
  });
  await vi.waitFor(() => expect(model.find('churn')?.state).toBe('ready'));
  expect(server.count(...GET)).toBe(2);
});

it('is busy with a row until its request is answered, and asks again then', async () => {
  await started();
  const done = model.act('churn', 'update');
  expect(model.busy.has('churn')).toBe(true);
  await vi.waitFor(() => expect(server.open).toBe(0)); // the answer is there, the state not yet
  void model.act('churn', 'update'); // the second click of a double click
  await done;
  expect(model.busy.has('churn')).toBe(false);
  expect(server.count('POST', '/base/sm-onboard/repos/churn/update')).toBe(1);
  expect(server.count(...GET)).toBe(2);
});

it('keeps a refusal with its row until the next try', async () => {
  await started();
  const json = { code: 'repos.not_possible_now', message: 'Not now.', hint: 'Wait.' };
  server.answer = ask =>
    ask.method === 'POST' ? { status: 409, json } : { json: answer(ask) };
  await model.act('churn', 'update');
  expect(model.refusals.get('churn')).toMatchObject(json);
  server.answer = ask => ({ json: answer(ask) });
  await model.act('churn', 'update');
  expect(model.refusals.size).toBe(0);
});

it('forgets a second step that the server does not offer any more', async () => {
  await started();
  model.asked = { id: 'reports', what: 'discard' };
  rows = [rows[0]!, row('reports', { actions: ['update'] })];
  revision = 2;
  void model.feed.refresh();
  await vi.waitFor(() => expect(model.find('reports')?.state).toBe('ready'));
  expect(model.asked).toBeNull();
});

it('forgets a selected row that is gone', async () => {
  await started();
  model.current = 'reports';
  rows = [rows[0]!];
  revision = 2;
  void model.feed.refresh();
  await vi.waitFor(() => expect(model.repositories).toHaveLength(1));
  expect(model.current).toBeNull();
});

it('shows the answer of adding and syncing at once', async () => {
  await started();
  server.answer = ask => ({
    json: state([...rows, row('added')], { revision: 2 }),
    ...(ask && {})
  });
  await model.add({ url: 'https://github.com/acme/added.git', branch: null, path: null });
  expect(model.find('added')).toBeDefined();
  server.answer = () => ({ json: state([], { revision: 3 }) });
  await model.sync();
  expect(model.repositories).toHaveLength(0);
});

it('keeps the same object for a row that did not change, so that it is not drawn again', async () => {
  await started();
  const before = model.repositories;
  rows = [row('churn'), rows[1]!];
  revision = 2;
  void model.feed.refresh();
  await vi.waitFor(() => expect(model.find('churn')?.state).toBe('ready'));
  expect(model.repositories[0]).not.toBe(before[0]);
  expect(model.repositories[1]).toBe(before[1]);
});

it('tells who signs, and sets it', async () => {
  await started();
  const ada = { name: 'Ada', email: 'ada@example.com' };
  server.answer = ask => ({ json: ask.path.endsWith('identity') ? ada : answer(ask) });
  await model.setIdentity(ada);
  expect(server.asks.find(ask => ask.method === 'PUT')?.body).toEqual(ada);
  expect(await model.identity()).toEqual(ada);
});

it('asks for a log and an installation', async () => {
  await started();
  server.answer = ask => ({
    json: ask.path.endsWith('log') ? { id: 'churn', text: 'done' } : answer(ask)
  });
  expect(await model.log('churn')).toBe('done');
  await model.install('churn');
  expect(server.count('POST', '/base/sm-onboard/repos/churn/environment')).toBe(1);
});

it('does not speak after it is disposed', async () => {
  await started();
  let changes = 0;
  model.changed.connect(() => (changes += 1));
  model.dispose();
  revision = 2;
  server.events.emit({
    schema_id: CHANGED,
    room: 'repos',
    id: '',
    revision,
    server: 'one'
  });
  await new Promise(done => setTimeout(done, 300));
  expect(changes).toBe(0);
  expect(server.count(...GET)).toBe(1);
});

it('is working while packages are installed, too', () => {
  const installing = {
    file: 'requirements.txt',
    state: 'installing',
    missing: [],
    message: ''
  } as const;
  expect(isWorking(state([row('churn')]))).toBe(false);
  expect(isWorking(state([row('churn', { environment: installing })]))).toBe(true);
  expect(isWorking(state([], { state: 'working' }))).toBe(true);
});
