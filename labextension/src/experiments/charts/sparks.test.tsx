import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { afterEach, expect, it, vi } from 'vitest';

import type { CurvesAsked, ExperimentsState } from '../../api/types';
import { trans } from '../../testing/view';
import { Latest } from '../latest';
import { Sparks } from './sparks';

afterEach(cleanup);

function state(more: Partial<ExperimentsState> = {}): ExperimentsState {
  return {
    server: 'one',
    revision: 1,
    state: 'idle',
    stores: [],
    metric: 'auc',
    metrics: ['auc'],
    latest: Array.from({ length: 8 }, (_, index) => ({
      id: `s.${index}`,
      name: `run-${index}`,
      status: index === 0 ? 'running' : 'finished',
      experiment: 's.1',
      started: 1,
      ended: null,
      metric: index === 7 ? null : 0.5
    })),
    running: 1,
    ...more
  };
}

it('asks once for all runs that have the metric, and draws a curve of each', async () => {
  const asked: CurvesAsked[] = [];
  const changed = vi.fn();
  const sparks = new Sparks(body => {
    asked.push(body);
    const points = (run: string) => (run === 's.1' ? [0] : [0, 1, 2]);
    return Promise.resolve({
      problems: [],
      curves: body.runs.map(run => ({
        run,
        metric: 'auc',
        steps: points(run),
        times: points(run),
        values: points(run),
        total: 3,
        sampled: false,
        evenly: false
      }))
    });
  }, changed);
  sparks.want(state());
  sparks.want(state());
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toHaveLength(1);
  expect(asked[0]?.runs).toHaveLength(7);
  expect([asked[0]?.metrics, asked[0]?.points]).toEqual([['auc'], 40]);
  expect(changed).toHaveBeenCalledTimes(1);
  const { container } = render(
    <Latest
      state={state()}
      error={null}
      slow={false}
      trans={trans}
      now={2}
      spark={id => sparks.of(id)}
      deeds={{ open: vi.fn(), copy: vi.fn(), doctor: vi.fn() }}
    />
  );
  // One point is no curve, and who has no value has none either.
  const drawn = [...container.querySelectorAll('[data-smo-run]')].map(
    row => row.querySelector('.smo-Sparkline') !== null
  );
  expect(drawn).toEqual([true, false, true, true, true, true, true, false]);
  expect(container.querySelector('.smo-Sparkline')?.getAttribute('aria-hidden')).toBe(
    'true'
  );
  sparks.dispose();
});

it('asks nothing where no metric is known', async () => {
  const ask = vi.fn();
  const sparks = new Sparks(ask, () => undefined);
  sparks.want(state({ metric: '' }));
  await Promise.resolve();
  expect(ask).not.toHaveBeenCalled();
  sparks.dispose();
});
