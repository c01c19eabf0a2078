import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Curves, CurvesAsked } from '../../api/types';
import { CurvesReading } from './reading';

function answerTo(asked: CurvesAsked, value = 1): Curves {
  return {
    curves: asked.runs
      .filter(run => run !== 's.none')
      .map(run => ({
        run,
        metric: asked.metrics[0] ?? '',
        steps: [0, 1],
        times: [0, 1],
        values: [value, 'NaN'],
        total: 2,
        sampled: false,
        evenly: false
      })),
    problems: []
  };
}

const asked: CurvesAsked[] = [];
let reading: CurvesReading;

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  reading = new CurvesReading(body => {
    asked.push(body);
    return Promise.resolve(answerTo(body, asked.length));
  });
});
afterEach(() => {
  reading.dispose();
  vi.useRealTimers();
});

const wanted = (count: number, version = 'finished') =>
  Array.from({ length: count }, (_, index) => ({ id: `s.${index}`, version }));

it('asks for many runs in parts, each once', async () => {
  reading.want(wanted(50), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ runs }) => runs.length)).toEqual([20, 20, 10]);
  reading.want(wanted(50), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(3);
  expect(reading.pointsOf('s.7', 'auc')?.values).toEqual([1, NaN]);
});

it('remembers that a run has no such curve', async () => {
  reading.want([{ id: 's.none', version: 'finished' }], ['auc'], 100);
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toHaveLength(1);
  expect(reading.knows('s.none', 'auc')).toBe(true);
  expect(reading.pointsOf('s.none', 'auc')).toBeNull();
});

it('reads what records again, with pauses, and keeps what it has meanwhile', async () => {
  reading.want(wanted(1, 'running 1'), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(0);
  reading.want(wanted(1, 'running 2'), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(1);
  expect(reading.pointsOf('s.0', 'auc')?.values[0]).toBe(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toHaveLength(2);
  expect(reading.pointsOf('s.0', 'auc')?.values[0]).toBe(2);
});

it('says what went wrong and does not ask on until somebody says so', async () => {
  let fails = true;
  let times = 0;
  const other = new CurvesReading(body => {
    times += 1;
    return fails
      ? Promise.reject(new Error('No answer.'))
      : Promise.resolve(answerTo(body));
  });
  other.want(wanted(100), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(other.failed).toBe('No answer.');
  expect(times).toBe(2);
  fails = false;
  other.again();
  await vi.advanceTimersByTimeAsync(0);
  expect(other.failed).toBe('');
  expect(other.knows('s.99', 'auc')).toBe(true);
  other.dispose();
});

it('tells the runs that could not be read', async () => {
  const problem = {
    code: 'experiments.run_unknown',
    message: 'Gone.',
    hint: '',
    action: '',
    resource: '',
    endpoint: '',
    statement: ''
  };
  const other = new CurvesReading(() =>
    Promise.resolve({ curves: [], problems: [{ run: 's.0', problem }] })
  );
  other.want(wanted(1), ['auc'], 100);
  await vi.advanceTimersByTimeAsync(0);
  expect(other.problems.get('s.0')).toBe('Gone.');
  other.dispose();
});
