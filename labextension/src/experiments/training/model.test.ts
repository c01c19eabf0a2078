import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { JobLogs } from '../../api/types';
import { facts, jobLogs, plan } from '../../testing/training';
import { FakeServer } from '../../testing/server';
import { JobModel, LINES, POLL } from './model';

const BASE = '/base/sm-onboard/experiments/';

let server: FakeServer;
let model: JobModel;
let status: 'running' | 'finished';
let pages: JobLogs[];

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  status = 'finished';
  pages = [];
  server.answer = ask => {
    switch (ask.path) {
      case `${BASE}runs/s.1/job`:
        return { json: { run: 's.1', arn: 'a', job: facts({ status }), problem: null } };
      case `${BASE}job-logs`:
        return { json: pages.shift() ?? jobLogs([]) };
      case `${BASE}job-again`:
        return { json: { plan: plan(), problem: null } };
      default:
        return { json: { name: 'churn-2', arn: 'arn', problem: null } };
    }
  };
  model = new JobModel('s.1', server.settings);
});

afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

const pass = (time: number) => vi.advanceTimersByTimeAsync(time);
const asked = (path: string) =>
  server.asks.filter(ask => ask.path === `${BASE}${path}`).length;

describe('the job of a run', () => {
  it('is asked for when somebody sees it, and again only while it goes on', async () => {
    await pass(60_000);
    expect(server.asks).toHaveLength(0);
    status = 'running';
    model.seen = true;
    await pass(POLL + 100);
    expect(asked('runs/s.1/job')).toBe(2);
    status = 'finished';
    await pass(60_000);
    // Once more after the end: the last lines of a log come late.
    expect(asked('runs/s.1/job')).toBe(4);
    expect(asked('job-logs')).toBe(0);
  });

  it('keeps what was known where SageMaker refuses', async () => {
    model.seen = true;
    await pass(100);
    server.answer = () => ({
      status: 502,
      json: { code: 'x', message: 'No.', hint: '' }
    });
    void model.refresh();
    await pass(100);
    expect(model.shown.job?.name).toBe('churn-1');
    expect(model.shown.problem?.message).toBe('No.');
  });

  it('reads its logs to their end, goes on where they went on, and keeps the last lines', async () => {
    const many = Array.from({ length: LINES }, (_, at) => `line ${at}`);
    pages = [
      jobLogs(['first'], { end: false, next: 'n1' }),
      jobLogs(many, { next: 'n2' })
    ];
    model.showLogs(true);
    await pass(100);
    expect(model.shown.logs?.lines).toHaveLength(LINES);
    expect(model.shown.logs?.dropped).toBe(1);
    expect(model.shown.logs?.asking).toBe(false);
    pages = [jobLogs(['later'])];
    model.moreLogs();
    await pass(100);
    expect(model.shown.logs?.lines.at(-1)?.text).toBe('later');
    expect(server.asks.at(-1)?.body).toEqual({ run: 's.1', next: 'n2' });
  });

  it('drops an answer of logs that were closed meanwhile', async () => {
    pages = [jobLogs(['old'], { end: false }), jobLogs(['old'])];
    model.showLogs(true);
    model.showLogs(false);
    await pass(100);
    expect(model.shown.logs).toBeNull();
    pages = [jobLogs(['new'])];
    model.showLogs(true);
    await pass(100);
    expect(model.shown.logs?.lines.map(line => line.text)).toEqual(['new']);
  });

  it('names the machine of each line where more of them begin to write', async () => {
    const second = jobLogs(['b'], {
      streams: ['algo-1', 'algo-10', 'algo-2'],
      next: 'n2'
    });
    pages = [
      jobLogs(['a'], { streams: ['algo-1', 'algo-2'], next: 'n1' }),
      { ...second, lines: [{ ...second.lines[0]!, stream: 1 }] }
    ];
    model.showLogs(true);
    await pass(100);
    model.moreLogs();
    await pass(100);
    const lines = model.shown.logs?.lines.map(({ from, text }) => [from, text]);
    expect(lines).toEqual([
      ['algo-1', 'a'],
      ['algo-10', 'b']
    ]);
    expect(model.shown.logs?.streams).toBe(3);
  });

  it('goes on after a page that was refused, and shows no line twice', async () => {
    const problem = { code: 'aws.throttled', message: 'Later.', hint: '' } as never;
    pages = [
      jobLogs(['a'], { next: 'n1' }),
      jobLogs([], { state: 'failed', streams: [], problem })
    ];
    model.showLogs(true);
    await pass(100);
    model.moreLogs();
    await pass(100);
    expect(model.shown.logs?.problem?.message).toBe('Later.');
    expect(model.shown.logs?.lines).toHaveLength(1);
    model.moreLogs();
    await pass(100);
    expect(server.asks.at(-1)?.body).toEqual({ run: 's.1', next: 'n1' });
    expect(model.shown.logs?.problem).toBeNull();
  });

  it('starts exactly what was shown, once', async () => {
    await model.start();
    expect(server.asks).toHaveLength(0);
    await model.plan();
    void model.start();
    void model.start();
    await pass(100);
    expect(asked('job-again/start')).toBe(1);
    expect(server.asks.at(-1)?.body).toEqual({
      run: 's.1',
      name: 'churn-2',
      digest: 'd1'
    });
    expect(model.shown.again?.state).toBe('started');
  });

  it('a plan that was given up does not come back', async () => {
    void model.plan();
    model.forget();
    await pass(100);
    expect(model.shown.again).toBeNull();
  });

  it('looks again where the plan is old, and starts nothing it was not asked for', async () => {
    await model.plan();
    const answer = server.answer;
    const old = { code: 'experiments.plan_old', message: 'Old.', hint: '' };
    server.answer = ask =>
      ask.path.endsWith('/start') ? { status: 409, json: old } : answer(ask);
    await model.start();
    expect(model.shown.again?.state).toBe('failed');
    await model.start();
    expect(asked('job-again/start')).toBe(1);
    await model.plan();
    expect(asked('job-again')).toBe(2);
    expect(asked('job-again/start')).toBe(1);
    model.forget();
    expect(model.shown.again).toBeNull();
  });

  it('asks for the same job where the answer was lost, so that there is never a second', async () => {
    await model.plan();
    const answer = server.answer;
    const code = 'experiments.job_started';
    let isLost = true;
    server.answer = ask =>
      !ask.path.endsWith('/start')
        ? answer(ask)
        : isLost
          ? { status: 502, json: 'a proxy' }
          : { status: 409, json: { code, message: 'It was.', hint: '' } };
    await model.start();
    expect(model.shown.again?.state).toBe('failed');
    isLost = false;
    await model.plan();
    expect(asked('job-again')).toBe(1);
    expect(model.shown.again?.state).toBe('planned');
    await model.start();
    const starts = server.asks.filter(ask => ask.path.endsWith('/start'));
    expect(starts.map(ask => ask.body)).toEqual(
      Array(2).fill({ run: 's.1', name: 'churn-2', digest: 'd1' })
    );
    expect(model.shown.again?.state).toBe('started');
    expect(model.shown.again?.started?.name).toBe('churn-2');
  });
});
