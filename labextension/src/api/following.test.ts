import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from './feed';
import { request } from './request';
import type { LinkMaking } from './types';
import { making } from '../testing/links';
import { FakeServer } from '../testing/server';
import { Following, TIMES } from './following';

const BASE = '/base/sm-onboard/links/makings';

let server: FakeServer;
let following: Following<LinkMaking>;
let now: LinkMaking;

beforeEach(() => {
  vi.useFakeTimers();
  now = making({ state: 'looking', made: null });
  server = new FakeServer();
  server.answer = () => ({ json: now });
  following = new Following<LinkMaking>({
    events: server.events,
    room: 'links',
    part: 'makings',
    working: ['looking', 'making'],
    waiting: ['asks'],
    get: id => request(server.settings, 'get', '/links/makings/{id}', { params: { id } }),
    drop: id =>
      request(server.settings, 'delete', '/links/makings/{id}', { params: { id } })
  });
});

afterEach(() => {
  following.dispose();
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const begin = () =>
  void following.begin(() =>
    request(server.settings, 'post', '/links/makings', { body: {} })
  );
const event = (more: object) =>
  server.events.emit({ schema_id: CHANGED, room: 'links', ...more });

it('asks now and then while work goes on, and no longer', async () => {
  begin();
  await pass(3 * TIMES.ask + 10);
  expect(server.count('GET', `${BASE}/m1`)).toBeGreaterThanOrEqual(2);
  now = making();
  await pass(TIMES.ask + 10);
  expect(following.shown?.state).toBe('made');
  const asked = server.asks.length;
  await pass(20 * TIMES.ask);
  expect(server.asks).toHaveLength(asked);
});

it('asks after an event of its own, and after no other', async () => {
  begin();
  await pass(10);
  now = making();
  event({ id: 'makings/m2' });
  event({ id: 'openings/m1' });
  event({ id: 'makings/m1', room: 'experiments' });
  server.events.emit(null);
  await pass(10);
  expect(server.count('GET', `${BASE}/m1`)).toBe(0);
  event({ id: 'makings/m1' });
  event({ id: 'makings/m1' });
  await pass(10);
  expect(following.shown?.state).toBe('made');
  expect(server.most).toBe(1);
});

it('says that it is late, and goes on asking who does not answer for a while', async () => {
  begin();
  await pass(10);
  server.answer = () => new TypeError('gone');
  await pass(TIMES.late + 100);
  expect(following.late).toBe(true);
  expect(following.refusal?.code).toBe('client.no_answer');
  expect(following.isOver).toBe(false);
  now = making();
  server.answer = () => ({ json: now });
  await pass(TIMES.retry + 10);
  expect(following.refusal).toBeNull();
  expect(following.late).toBe(false);
});

it('is over where another server knows nothing of it', async () => {
  begin();
  await pass(10);
  const json = { code: 'links.unknown', message: 'm', hint: 'h' };
  server.answer = () => ({ status: 404, json });
  await pass(TIMES.ask + 10);
  expect(following.isOver).toBe(true);
  expect(following.refusal?.message).toBe('m');
});

it('drops what is begun and cancelled before its answer came', async () => {
  let answer: () => void = () => undefined;
  server.answer = async ({ method }) => {
    if (method === 'POST') {
      await new Promise<void>(done => (answer = done));
    }
    return { json: now };
  };
  begin();
  await pass(10);
  void following.cancel();
  expect(following.isUnderWay).toBe(false);
  expect(following.isOver).toBe(true);
  answer();
  await pass(10);
  expect(server.count('DELETE', `${BASE}/m1`)).toBe(1);
  expect(following.shown).toBeNull();
});

it('drops what waits when it is begun anew, and takes no late answer for the new one', async () => {
  now = making({ state: 'asks', made: null });
  begin();
  await pass(10);
  now = making({ id: 'm2' });
  begin();
  await pass(10);
  expect(server.count('DELETE', `${BASE}/m1`)).toBe(1);
  expect(following.shown?.id).toBe('m2');
  expect(following.isOver).toBe(false);
});
