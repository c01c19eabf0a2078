import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from '../../api/feed';
import { TIMES } from '../../api/following';
import type { Reproduction } from '../../api/types';
import { plan, reproduction } from '../../testing/reproduce';
import { FakeServer } from '../../testing/server';
import { Reproducing } from './reproducing';

const BASE = '/base/sm-onboard/experiments/reproductions';

let server: FakeServer;
let model: Reproducing;
let now: Reproduction;

beforeEach(() => {
  vi.useFakeTimers();
  now = reproduction({ state: 'looking', plan: null });
  server = new FakeServer();
  server.answer = () => ({ json: now });
  model = new Reproducing({
    serverSettings: server.settings,
    events: server.events,
    run: 's.1'
  });
});

afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const event = (more: object) =>
  server.events.emit({ schema_id: CHANGED, room: 'experiments', ...more });

it('asks now and then while work goes on, and no longer', async () => {
  void model.look();
  await pass(10);
  expect(server.asks[0]?.body).toEqual({ run: 's.1' });
  await pass(3 * TIMES.ask);
  expect(server.count('GET', `${BASE}/r1`)).toBeGreaterThanOrEqual(2);
  now = reproduction();
  await pass(TIMES.ask + 10);
  expect(model.shown?.state).toBe('planned');
  const asked = server.asks.length;
  await pass(20 * TIMES.ask);
  expect(server.asks).toHaveLength(asked);
});

it('says that it is late only while it looks', async () => {
  void model.look();
  await pass(TIMES.late - 100);
  expect(model.late).toBe(false);
  await pass(200);
  expect(model.late).toBe(true);
});

it('asks after an event of its own, and after no other', async () => {
  void model.look();
  await pass(10);
  now = reproduction();
  event({ id: 'reproductions/r2' });
  event({ id: '' });
  event({ id: 'reproductions/r1', room: 'domain' });
  server.events.emit(null);
  await pass(10);
  expect(server.count('GET', `${BASE}/r1`)).toBe(0);
  event({ id: 'reproductions/r1' });
  event({ id: 'reproductions/r1' });
  await pass(10);
  expect(model.shown?.state).toBe('planned');
  expect(server.most).toBe(1);
});

it('goes on asking a server that does not answer for a while', async () => {
  void model.look();
  await pass(10);
  server.answer = () => new TypeError('gone');
  await pass(TIMES.ask + 10);
  expect(model.refusal?.code).toBe('client.no_answer');
  expect(model.isOver).toBe(false);
  now = reproduction();
  server.answer = () => ({ json: now });
  await pass(TIMES.retry + 10);
  expect(model.refusal).toBeNull();
  expect(model.shown?.state).toBe('planned');
});

it('is over where another server knows nothing of it', async () => {
  void model.look();
  await pass(10);
  const json = { code: 'experiments.reproduction_unknown', message: 'm', hint: 'h' };
  server.answer = () => ({ status: 404, json });
  await pass(TIMES.ask + 10);
  expect(model.isOver).toBe(true);
  expect(model.refusal?.message).toBe('m');
});

it('confirms the plan that was shown, and only one that is possible', async () => {
  now = reproduction({ looked: 3 });
  void model.look();
  await pass(10);
  void model.confirm();
  await pass(10);
  expect(server.asks.at(-1)).toMatchObject({
    path: `${BASE}/r1/make`,
    body: { looked: 3 }
  });
  now = reproduction({ plan: plan({ possible: false }) });
  void model.look();
  await pass(10);
  const asked = server.asks.length;
  await model.confirm();
  expect(server.asks).toHaveLength(asked);
});
