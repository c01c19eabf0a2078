import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { compared, DIFF, row } from '../../testing/compare';
import { FakeServer } from '../../testing/server';
import { CompareModel, kept, LATE, POLL } from './model';

const BASE = '/base/sm-onboard/experiments/';
const NO = { status: 502, json: { code: 'x.no', message: 'No.', hint: '' } };

let server: FakeServer;
let model: CompareModel;
let status: 'finished' | 'running';
let refused: boolean;
let codes: number;
const room = {
  changed: new Signal<object, undefined>({}),
  state: { server: 'a', revision: 1 }
};

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  status = 'finished';
  refused = false;
  codes = 0;
  server.answer = ask => {
    const { runs, packages } = (ask.body ?? {}) as { runs: string[]; packages: boolean };
    if (refused) {
      return NO;
    }
    if (ask.path === `${BASE}compare`) {
      const rows = packages ? [] : [row('params', 'eta', runs)];
      return { json: compared(runs, rows, { status }) };
    }
    codes += 1;
    return { json: { ...DIFF, state: codes < 3 ? 'working' : 'done' } };
  };
  model = new CompareModel(server.settings, room);
});

afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

const pass = (time: number) => vi.advanceTimersByTimeAsync(time);
const asked = () => server.count('POST', `${BASE}compare`);
const differs = () => {
  room.state = { server: 'a', revision: room.state.revision + 1 };
  room.changed.emit(undefined);
};

describe('a comparison', () => {
  it('asks nothing before it is seen; packages come after the rest, and once', async () => {
    model.setRuns(['s.1', 's.2']);
    await pass(60_000);
    expect(asked()).toBe(0);
    model.seen = true;
    await pass(100);
    expect(server.asks.map(ask => (ask.body as { packages: boolean }).packages)).toEqual([
      false,
      true
    ]);
    differs();
    await pass(5_000);
    expect(asked()).toBe(3);
  });

  it('is read again while a run goes on, and not once nobody sees it', async () => {
    status = 'running';
    model.setRuns(['s.1', 's.2']);
    model.seen = true;
    await pass(100);
    const before = asked();
    await pass(POLL + 500);
    expect(asked()).toBe(before + 1);
    model.seen = false;
    await pass(60_000);
    expect(asked()).toBe(before + 1);
  });

  it('keeps what was known when the next question is refused', async () => {
    model.setRuns(['s.1', 's.2']);
    model.seen = true;
    await pass(100);
    refused = true;
    await Promise.all([model.refresh(), pass(100)]);
    expect(model.problem?.code).toBe('x.no');
    expect(model.compared?.runs).toHaveLength(2);
  });

  it('follows the runs that are compared, also while it asks', async () => {
    model.seen = true;
    model.setRuns(['s.1', 's.2']);
    model.setRuns(['s.1', 's.3']);
    await pass(3_000);
    expect(model.compared?.runs.map(run => run.id)).toEqual(['s.1', 's.3']);
  });

  it('says when the first answer is late', async () => {
    server.answer = () => new Promise(() => undefined);
    model.setRuns(['s.1', 's.2']);
    model.seen = true;
    await pass(LATE + 100);
    expect(model.late).toBe(true);
  });

  it('asks for the code until it is compared, and once for a pair', async () => {
    model.compareCode(['s.1', 's.2']);
    model.compareCode(['s.1', 's.2']);
    expect(model.code?.diff).toBeNull();
    await pass(5_000);
    expect(model.code?.diff?.state).toBe('done');
    expect(server.count('POST', `${BASE}code`)).toBe(1);
    expect(server.count('GET', `${BASE}code/d`)).toBe(2);
    refused = true;
    model.compareCodeAgain(['s.2', 's.1']);
    await pass(100);
    expect(model.code?.problem?.code).toBe('x.no');
  });

  it('forgets a pair that somebody no longer waits for', async () => {
    model.compareCode(['s.1', 's.2']);
    model.compareCode(['s.2', 's.1']);
    await pass(5_000);
    expect(model.code?.pair).toEqual(['s.2', 's.1']);
    model.dispose();
    const before = server.asks.length;
    await pass(60_000);
    expect(server.asks.length).toBe(before);
  });
});

it('keeps rows that say the same, so that they are not drawn again', () => {
  const old = compared(['s.1'], [row('params', 'a', ['1']), row('params', 'b', ['1'])]);
  const now = kept(
    old,
    compared(['s.1'], [row('params', 'a', ['1']), row('params', 'b', ['2'])])
  );
  expect(now.rows[0]).toBe(old.rows[0]);
  expect(now.rows[1]).not.toBe(old.rows[1]);
  expect(now.runs[0]).toBe(old.runs[0]);
});
