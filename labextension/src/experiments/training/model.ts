/**
 * The training job of a run: what SageMaker says of it, its logs, and starting it again. No
 * React, no DOM. Nothing is asked before somebody sees the part; logs only when they are opened.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { request, type RequestError } from '../../api/request';
import type { JobAgain, JobLogs, JobStarted, RunJob } from '../../api/types';

/** Milliseconds between two questions while the job goes on. */
export const POLL = 5_000;
/** Lines that are kept in the browser; older ones are dropped. */
export const LINES = 5_000;
/** Pages of a log that are read at once. */
const PAGES = 10;

export type Trouble = RequestError | NonNullable<RunJob['problem']>;

export interface ILogLine {
  /** Which machine wrote it, as CloudWatch calls it. */
  readonly from: string;
  readonly text: string;
  /** It was cut. */
  readonly more: boolean;
}

export interface ILogs {
  readonly lines: readonly ILogLine[];
  /** How many machines have written, and how many more there are. */
  readonly streams: number;
  readonly streamsCut: number;
  /** How the last page was; null: none was read yet. */
  readonly state: JobLogs['state'] | null;
  /** Earlier lines that are not kept. */
  readonly dropped: number;
  /** There is more than was read. */
  readonly more: boolean;
  readonly asking: boolean;
  readonly problem: Trouble | null;
}

/**
 * Starting it again: looked at, confirmed once, started. A plan that is kept where it failed is
 * the same request when it is confirmed again: its name makes sure that there is one job at most.
 */
export interface IAgain {
  readonly state: 'looking' | 'planned' | 'starting' | 'started' | 'failed';
  readonly plan: JobAgain['plan'];
  readonly started: JobStarted | null;
  readonly problem: Trouble | null;
}

export interface IJob {
  readonly job: RunJob['job'];
  readonly problem: Trouble | null;
  /** Null: they are closed. */
  readonly logs: ILogs | null;
  /** Null: nobody has asked for it. */
  readonly again: IAgain | null;
}

const NO_LOGS: ILogs = {
  lines: [],
  streams: 0,
  streamsCut: 0,
  state: null,
  dropped: 0,
  more: false,
  asking: false,
  problem: null
};

const NOTHING: IAgain = { state: 'looking', plan: null, started: null, problem: null };

export class JobModel implements IDisposable {
  /** @param run - the page's id */
  constructor(
    readonly run: string,
    private readonly settings: ServerConnection.ISettings
  ) {}

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get shown(): IJob {
    return this._shown;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Somebody sees the page. */
  set seen(seen: boolean) {
    if (seen !== this._seen) {
      this._seen = seen;
      clearTimeout(this._timer);
      if (seen) {
        void this.refresh();
      }
    }
  }

  /** Asks SageMaker again, at once. */
  async refresh(): Promise<void> {
    if (this._asking || this._disposed) {
      return;
    }
    this._asking = true;
    clearTimeout(this._timer);
    const wentOn = this._goesOn;
    try {
      const params = { id: this.run };
      const path = '/experiments/runs/{id}/job';
      const { job, problem } = await request(this.settings, 'get', path, { params });
      this._set({ job: job ?? this._shown.job, problem });
    } catch (error) {
      this._set({ problem: error as RequestError });
    }
    if (this._shown.logs) {
      await this._readLogs();
    }
    this._asking = false;
    // Once more after its end: the last lines reach CloudWatch late.
    if (this._seen && (this._goesOn || wentOn)) {
      this._timer = setTimeout(() => void this.refresh(), POLL);
    }
  }

  showLogs(open: boolean): void {
    this._opened += 1;
    this._next = '';
    this._set({ logs: open ? NO_LOGS : null });
    if (open) {
      void this._readLogs();
    }
  }

  /** Goes on reading. */
  moreLogs(): void {
    void this._readLogs();
  }

  /**
   * Looks at what starting it again would ask of SageMaker; starts nothing. After a start that
   * failed it is the same plan once more.
   */
  async plan(): Promise<void> {
    const { again } = this._shown;
    if (again?.state === 'looking' || again?.state === 'starting') {
      return;
    }
    if (again?.state === 'failed' && again.plan) {
      this._set({ again: { ...again, state: 'planned', problem: null } });
      return;
    }
    this._wanted += 1;
    const wanted = this._wanted;
    let next: IAgain;
    this._set({ again: NOTHING });
    try {
      const body = { run: this.run };
      const path = '/experiments/job-again';
      const { plan, problem } = await request(this.settings, 'post', path, { body });
      next = { ...NOTHING, state: plan ? 'planned' : 'failed', plan, problem };
    } catch (error) {
      next = { ...NOTHING, state: 'failed', problem: error as RequestError };
    }
    if (wanted === this._wanted) {
      this._set({ again: next }); // else it was given up meanwhile
    }
  }

  /** Starts exactly what was shown. It costs money. */
  async start(): Promise<void> {
    const { again } = this._shown;
    if (again?.state !== 'planned' || !again.plan) {
      return;
    }
    this._set({ again: { ...again, state: 'starting' } });
    const { name, digest } = again.plan;
    try {
      const body = { run: this.run, name, digest };
      const path = '/experiments/job-again/start';
      const started = await request(this.settings, 'post', path, { body });
      const { problem } = started;
      const state = problem ? 'failed' : 'started';
      this._set({ again: { ...again, state, started, problem } });
    } catch (error) {
      const problem = error as RequestError;
      if (problem.code === 'experiments.job_started') {
        // By the same plan: the answer to it was lost.
        const started = { name, arn: '', problem: null };
        this._set({ again: { ...again, state: 'started', started } });
        return;
      }
      const plan = problem.code === 'experiments.plan_old' ? null : again.plan;
      this._set({ again: { ...again, state: 'failed', plan, problem } });
    }
  }

  /** Nobody wants it started any more. */
  forget(): void {
    if (this._shown.again?.state !== 'starting') {
      this._wanted += 1;
      this._set({ again: null });
    }
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  private get _goesOn(): boolean {
    const status = this._shown.job?.status;
    return status === 'running' || status === 'stopping';
  }

  private async _readLogs(): Promise<void> {
    const { logs } = this._shown;
    if (!logs || logs.asking || this._disposed) {
      return;
    }
    this._logs({ asking: true });
    const opened = this._opened;
    for (let page = 0; page < PAGES; page += 1) {
      let answer: JobLogs;
      try {
        const body = { run: this.run, next: this._next };
        answer = await request(this.settings, 'post', '/experiments/job-logs', { body });
      } catch (error) {
        if (opened === this._opened) {
          this._logs({ problem: error as RequestError, asking: false });
        }
        return;
      }
      if (opened !== this._opened || this._disposed) {
        return; // closed, or opened anew
      }
      this._took(answer);
      if (answer.end || answer.problem) {
        break;
      }
    }
    this._logs({ asking: false });
  }

  private _took(answer: JobLogs): void {
    // Streams are counted page by page: where another machine begins, their numbers change.
    const { lines = [], dropped = 0 } = this._shown.logs ?? {};
    const read = answer.lines.map(({ stream, text, more }) => ({
      from: answer.streams[stream] ?? '',
      text,
      more
    }));
    const all = read.length > 0 ? [...lines, ...read] : lines;
    const over = Math.max(0, all.length - LINES);
    // A page that failed says of no next one; to go on from the beginning would show all twice.
    this._next = answer.next || this._next;
    this._logs({
      lines: over > 0 ? all.slice(over) : all,
      dropped: dropped + over,
      ...(answer.streams.length > 0 && {
        streams: answer.streams.length,
        streamsCut: answer.streams_cut
      }),
      state: all.length > 0 ? 'lines' : answer.state,
      problem: answer.problem,
      more: !answer.end
    });
  }

  private _logs(more: Partial<ILogs>): void {
    const { logs } = this._shown;
    this._set({ logs: logs && { ...logs, ...more } });
  }

  private _set(more: Partial<IJob>): void {
    if (!this._disposed) {
      this._shown = { ...this._shown, ...more };
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _shown: IJob = { job: null, problem: null, logs: null, again: null };
  private _next = '';
  /** How often the logs were opened or closed. */
  private _opened = 0;
  /** How often a plan was asked for or given up. */
  private _wanted = 0;
  private _seen = false;
  private _asking = false;
  private _disposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
