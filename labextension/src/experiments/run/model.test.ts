import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { content, KEPT, RUN } from '../../testing/run';
import { FakeServer, type IAsk } from '../../testing/server';
import { LATE, POLL, RunModel } from './model';

const RUN_PATH = '/base/sm-onboard/experiments/runs/s.1';

/** A run on a server, and the room that tells when something differs. */
function made(answers: Partial<Record<string, (ask: IAsk) => unknown>> = {}) {
  const server = new FakeServer();
  let shown = { ...RUN };
  let refused: { status: number; code: string } | null = null;
  server.answer = ask => {
    const path = ask.path.replace('/base/sm-onboard/experiments/', '');
    const answer = answers[path];
    if (answer) {
      return { json: answer(ask) };
    }
    if (path === 'runs/s.1') {
      return refused
        ? {
            status: refused.status,
            json: { code: refused.code, message: 'No.', hint: '' }
          }
        : { json: shown };
    }
    return path === 'runs/s.1/kept'
      ? { json: KEPT }
      : path === 'curves'
        ? { json: { curves: [], problems: [] } }
        : { status: 404, json: { code: 'x', message: 'No.', hint: '' } };
  };
  const room = {
    changed: new Signal<object, undefined>({}),
    state: { server: 'a', revision: 1 }
  };
  const model = new RunModel('s.1', server.settings, room);
  return {
    server,
    model,
    room,
    now: (more: Partial<typeof RUN>) => {
      shown = { ...shown, ...more };
    },
    refuse: (code: string | null) => {
      refused = code === null ? null : { status: 404, code };
    },
    differs: () => {
      room.state = { server: 'a', revision: room.state.revision + 1 };
      room.changed.emit(undefined);
    },
    asked: () => server.count('GET', RUN_PATH)
  };
}

describe('the model of a run', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (time: number) => vi.advanceTimersByTimeAsync(time);

  it('asks nothing before it is seen, and again only when something differs', async () => {
    const { model, asked, differs, room } = made();
    await pass(60_000);
    expect(asked()).toBe(0);
    model.seen = true;
    await pass(100);
    expect(asked()).toBe(1);
    expect(model.shown?.name).toBe('eager-heron');
    room.changed.emit(undefined); // nothing differs
    await pass(60_000);
    expect(asked()).toBe(1);
    differs();
    differs();
    await pass(1_500);
    expect(asked()).toBe(2);
    model.seen = false;
    differs();
    await pass(60_000);
    expect(asked()).toBe(2);
    model.dispose();
  });

  it('follows a run that goes on, and reads what was kept once it has ended', async () => {
    const { model, server, now, asked, differs } = made();
    const kept = () => server.count('GET', `${RUN_PATH}/kept`);
    now({ status: 'running', ended: null });
    model.seen = true;
    await pass(100);
    expect(kept()).toBe(1);
    await pass(POLL * 2 + 100);
    expect(asked()).toBe(3);
    expect(kept()).toBe(1);
    now({ status: 'finished' });
    await pass(POLL);
    expect(kept()).toBe(2);
    // The notebook as it ran comes a moment later.
    now({ code: { ...RUN.code, executed: 7 } });
    differs();
    await pass(2_000);
    expect(kept()).toBe(3);
    const before = asked();
    await pass(POLL * 5);
    expect(asked()).toBe(before);
    model.dispose();
  });

  it('asks for curves only when metrics differ', async () => {
    const { model, server, now, differs } = made();
    const curves = () => server.count('POST', '/base/sm-onboard/experiments/curves');
    model.seen = true;
    await pass(100);
    expect(curves()).toBe(0); // there are no metrics
    now({ metrics: [{ name: 'auc', value: 1 }] });
    differs();
    await pass(2_000);
    differs();
    await pass(2_000);
    expect(curves()).toBe(1);
    model.dispose();
  });

  it('says that nobody answers, keeps what was read, and knows when it is gone', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const { model, refuse, differs } = made({
      'runs/s.1/kept': () => KEPT
    });
    const slow = made({ 'runs/s.1': () => new Promise(resolve => (answer = resolve)) });
    slow.server.answer = () => new Promise(resolve => (answer = resolve as never));
    slow.model.seen = true;
    await pass(LATE + 100);
    expect(slow.model.late).toBe(true);
    answer({ json: RUN });
    await pass(100);
    expect(slow.model.late).toBe(false);
    slow.model.dispose();

    model.seen = true;
    await pass(100);
    refuse('experiments.store_unreachable');
    differs();
    await pass(2_000);
    expect(model.problem?.message).toBe('No.');
    expect([model.gone, model.shown?.name]).toEqual([false, 'eager-heron']);
    refuse('experiments.run_unknown');
    differs();
    await pass(2_000);
    expect(model.gone).toBe(true);
    refuse(null);
    differs();
    await pass(2_000);
    expect([model.gone, model.problem]).toEqual([false, null]);
    model.dispose();
  });

  it('reads the notebook that was kept, and says why it cannot', async () => {
    const notebook = { ...KEPT.notebook, kept: 'sm-onboard/notebook.ipynb' };
    const found = content({ kind: 'notebook' });
    const { model, server } = made({
      'runs/s.1/kept': () => ({ ...KEPT, notebook }),
      file: () => found
    });
    model.seen = true;
    await pass(100);
    expect(model.notebook).toEqual(found);
    expect(server.asks.find(ask => ask.path.endsWith('/file'))?.body).toEqual({
      run: 's.1',
      path: 'sm-onboard/notebook.ipynb',
      purpose: 'show'
    });
    const without = made({ 'runs/s.1/kept': () => ({ ...KEPT, notebook }) });
    without.model.seen = true;
    await pass(100);
    expect(without.model.notebookProblem?.message).toBe('No.');
    model.dispose();
    without.model.dispose();
  });

  it('sets tags and reads the run again; a refusal is the caller’s', async () => {
    const { model, server, asked } = made({
      tags: () => ({ done: ['s.1'], refused: [] })
    });
    await model.setTags({ a: 'b', c: null });
    expect(server.asks[0]).toEqual({
      method: 'PUT',
      path: '/base/sm-onboard/experiments/tags',
      body: { runs: ['s.1'], tags: { a: 'b', c: null } }
    });
    expect(asked()).toBe(1);
    const refusing = made();
    await expect(refusing.model.setTags({ a: '' })).rejects.toThrow('No.');
    model.dispose();
    refusing.model.dispose();
  });
});
