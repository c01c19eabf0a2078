import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RequestError } from '../../api/request';
import type { KernelRun, SavedNotebook } from '../../api/types';
import type { INews } from './executions';
import type { Saving } from './saving';
import { BUSY, LIVE, QUIET, Watch, type IWatchOptions } from './watch';

function run(more: Partial<KernelRun> = {}): KernelRun {
  return {
    id: 's.1',
    experiment: 's.0',
    name: 'one',
    status: 'finished',
    cell: 'a',
    started: 1,
    ended: 2,
    metric: 'auc',
    value: 0.5,
    commit: '',
    changed: null,
    snapshot: false,
    notebook: false,
    ...more
  };
}

function began(cell: string, records = true): INews {
  return { cell, what: 'began', records };
}

describe('a notebook that records', () => {
  let runs: KernelRun[];
  let saving: Saving;
  let path: string | null;
  const executions = { kernel: 'k', order: [], running: [] } as {
    kernel: string | null;
    order: { cell: string; count: number | null }[];
    running: string[];
  };
  const options = {
    executions,
    seen: vi.fn(() => true),
    path: () => path,
    save: vi.fn(() => Promise.resolve(saving)),
    runs: vi.fn(() => Promise.resolve({ runs })),
    keep: vi.fn<IWatchOptions['keep']>((_: string, saved: SavedNotebook) => {
      const done = saved.executions.map(one => one.cell);
      runs = runs.map(one => ({
        ...one,
        notebook: one.notebook || done.includes(one.cell)
      }));
      return Promise.resolve({ saved: 5, kept: [], left_out: [], runs });
    }),
    curves: vi.fn(() => Promise.resolve(new Map([['s.1', [1, 2]]])))
  };
  let watch: Watch;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
    runs = [run()];
    saving = 'saved';
    path = 'a.ipynb';
    Object.assign(executions, { kernel: 'k', order: [], running: [] });
    watch = new Watch(options);
  });

  afterEach(() => {
    watch.dispose();
    vi.useRealTimers();
  });

  const end = (cell: string, records = true) => {
    executions.order = [
      ...executions.order,
      { cell, count: executions.order.length + 1 }
    ];
    watch.onNews({ cell, what: 'ended', records });
  };

  it('asks for nothing after a cell that tracks nothing', async () => {
    watch.onNews(began('a', false));
    end('a', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(options.runs).not.toHaveBeenCalled();
  });

  it('is saved, then kept with the order of its cells', async () => {
    end('load');
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(options.save).toHaveBeenCalledOnce();
    expect(options.keep.mock.calls).toEqual([
      ['k', { path: 'a.ipynb', executions: executions.order, running: [] }]
    ]);
    const kept = watch.cells.get('a');
    expect(kept).toMatchObject({ values: [1, 2], trouble: null });
    expect(kept?.runs[0]?.notebook).toBe(true);
  });

  it('of which all is kept is not saved again', async () => {
    runs = [run({ notebook: true })];
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(options.runs).toHaveBeenCalledOnce();
    expect(options.save).not.toHaveBeenCalled();
  });

  it('is saved a few times in a sweep of a hundred cells', async () => {
    runs = [];
    for (let number = 0; number < 100; number++) {
      const cell = `c${number}`;
      runs = [run({ id: `s.${number}`, cell }), ...runs];
      end(cell);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(BUSY);
    expect(options.keep.mock.calls.length).toBeLessThanOrEqual(4);
    expect(runs.every(one => one.notebook)).toBe(true);
  });

  it('shows a run while its cell runs, and only while somebody looks', async () => {
    runs = [run({ status: 'running', ended: null })];
    executions.running = ['a'];
    watch.onNews(began('a'));
    await vi.advanceTimersByTimeAsync(LIVE);
    expect(watch.cells.get('a')?.runs[0]?.status).toBe('running');
    expect(options.keep).not.toHaveBeenCalled();
    options.seen.mockReturnValue(false);
    await vi.advanceTimersByTimeAsync(10 * LIVE);
    expect(options.runs).toHaveBeenCalledOnce();
    executions.running = [];
    options.seen.mockReturnValue(true);
    await vi.advanceTimersByTimeAsync(10 * LIVE);
    expect(options.runs).toHaveBeenCalledOnce();
  });

  it('forgets what a cell recorded when that runs again', async () => {
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    watch.onNews(began('a'));
    expect(watch.cells.has('a')).toBe(false);
    runs = [run({ id: 's.2', notebook: true }), ...runs];
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(watch.cells.get('a')?.runs.map(one => one.id)).toEqual(['s.2']);
  });

  it('that could not be saved is kept as it is, and says so', async () => {
    saving = 'changed';
    options.keep.mockResolvedValueOnce({ saved: 5, kept: [], left_out: [], runs });
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(watch.cells.get('a')?.trouble).toEqual({ why: 'changed', saved: 5 });
  });

  it('that the store refuses says why, and asks again after the next cell only', async () => {
    options.keep.mockRejectedValueOnce(
      new RequestError('x', 'No files here.', 'Try S3.')
    );
    end('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(options.keep).toHaveBeenCalledOnce();
    expect(watch.cells.get('a')?.trouble).toMatchObject({ message: 'No files here.' });
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(watch.cells.get('a')?.trouble).toBeNull();
  });

  it('of another drive is not saved', async () => {
    path = null;
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(options.save).not.toHaveBeenCalled();
    expect(watch.cells.get('a')?.trouble).toEqual({ why: 'elsewhere' });
  });

  it('goes on asking while a run is open, also after cells that track nothing', async () => {
    runs = [run({ status: 'running', ended: null })];
    end('a');
    await vi.advanceTimersByTimeAsync(QUIET);
    runs = [run()];
    end('b', false);
    await vi.advanceTimersByTimeAsync(QUIET);
    expect(watch.cells.get('a')?.runs[0]?.status).toBe('finished');
  });
});
