/**
 * One room's state, kept fresh.
 *
 * Events only say that something changed; what changed is always asked from the
 * server. So a late window, a lost socket, a restarted server and a forged event all
 * end the same way: with one more GET.
 */

import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { RequestError } from './request';

/** The event's schema; the server ships it in `events/changed.yaml`. */
export const CHANGED = 'urn:sm-onboard:changed';

/** All times in milliseconds. */
export const TIMES = {
  /** Between the starts of two GETs: at most four a second. */
  between: 250,
  /** Without an event while work goes on. */
  working: 5_000,
  /** Without an event while nothing goes on: finds what a lost socket missed. */
  idle: 60_000,
  /** After a failure: first pause, doubled up to the last. */
  retry: [1_000, 30_000] as const,
  /** Until the person is told who has not answered. */
  slow: 3_000
};

/** What every room's state carries. */
export interface IVersioned {
  /** Changes when the server restarts. */
  readonly server: string;
  /** Grows with every change. */
  readonly revision: number;
}

export interface IFeedOptions<T> {
  /** The room's name in events. */
  room: string;
  /** Asks the server. Rejects with a RequestError. */
  get(signal: AbortSignal): Promise<T>;
  /** Whether more is to come soon. */
  working(data: T): boolean;
  /** The event stream; what comes from it is not trusted. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

export class Feed<T extends IVersioned> implements IDisposable {
  constructor(private readonly options: IFeedOptions<T>) {}

  /** Emits after each difference in what the getters below say. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The last known state. */
  get data(): T | null {
    return this._data;
  }

  /** Why the last question failed; null when it was answered. */
  get error(): RequestError | null {
    return this._error;
  }

  /** When the server last answered. */
  get answeredAt(): Date | null {
    return this._answeredAt;
  }

  /** Nothing is known yet, and the person has waited long enough to be told. */
  get slow(): boolean {
    return this._slow;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Listens first and asks then, so that nothing is missed in between. */
  start(): void {
    this.options.events.connect(this._onEvent, this);
    this.options.lost?.connect(this._onLost, this);
    this._slowTimer = setTimeout(() => {
      if (this._data === null && this._error === null) {
        this._slow = true;
        this._changed.emit();
      }
    }, TIMES.slow);
    void this.refresh();
  }

  /**
   * Ask again, soon; many calls become one question.
   *
   * @returns when a question that was asked after this call has ended, in whatever way
   */
  refresh(): Promise<void> {
    this._wanted = true;
    this._plan();
    return this._disposed
      ? Promise.resolve()
      : new Promise(done => this._waiting.push(done));
  }

  /** Nobody is looking: ask nothing until resumed, then once. */
  set paused(paused: boolean) {
    if (paused !== this._paused) {
      this._paused = paused;
      clearTimeout(this._timer);
      this._timer = undefined;
      if (!paused) {
        void this.refresh();
      }
    }
  }

  /** Take a state that came as the answer to something else. */
  accept(data: T): void {
    const old = this._data;
    const same = old?.server === data.server;
    if (same && old.revision > data.revision) {
      return;
    }
    const news = !same || old.revision !== data.revision || this._error !== null;
    this._answeredAt = new Date();
    this._error = null;
    this._failures = 0;
    this._slow = false;
    if (news) {
      this._data = data;
      this._changed.emit();
    }
    this._plan();
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._slowTimer);
    this._abort?.abort();
    this.options.events.disconnect(this._onEvent, this);
    this.options.lost?.disconnect(this._onLost, this);
    Signal.clearData(this);
    this._waiting.splice(0).forEach(done => done());
  }

  private _onEvent(_: unknown, event: unknown): void {
    const { schema_id, room, server, revision } = (event ?? {}) as Record<
      string,
      unknown
    >;
    if (schema_id !== CHANGED || room !== this.options.room) {
      return;
    }
    const known = this._data;
    if (
      known?.server === server &&
      typeof revision === 'number' &&
      revision <= (known?.revision ?? -1)
    ) {
      return; // the answer to something else was quicker than its event
    }
    void this.refresh();
  }

  private _onLost(): void {
    void this.refresh();
  }

  /** Arms the one timer: at once when something is wanted, else for the fallback. */
  private _plan(): void {
    if (this._disposed || this._paused || this._abort) {
      return;
    }
    const pause = this._wanted
      ? Math.max(0, this._startedAt + TIMES.between - Date.now())
      : this._fallback();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._ask(), pause);
  }

  private _fallback(): number {
    if (this._error) {
      const [first, last] = TIMES.retry;
      return Math.min(first * 2 ** (this._failures - 1), last);
    }
    return this._data && this.options.working(this._data) ? TIMES.working : TIMES.idle;
  }

  private async _ask(): Promise<void> {
    const waiting = this._waiting.splice(0);
    this._wanted = false;
    this._startedAt = Date.now();
    this._abort = new AbortController();
    try {
      const data = await this.options.get(this._abort.signal);
      if (!this._disposed) {
        this.accept(data);
      }
    } catch (error) {
      if (!this._disposed) {
        this._fail(error);
      }
    } finally {
      this._abort = undefined;
      this._plan();
      waiting.forEach(done => done());
    }
  }

  private _fail(error: unknown): void {
    this._failures += 1;
    this._slow = false;
    this._error =
      error instanceof RequestError
        ? error
        : new RequestError('client.error', String(error));
    this._changed.emit();
  }

  private _data: T | null = null;
  private _error: RequestError | null = null;
  private _answeredAt: Date | null = null;
  private _slow = false;
  private _disposed = false;
  private _paused = false;
  private _wanted = false;
  private _failures = 0;
  private _startedAt = -Infinity;
  private readonly _waiting: Array<() => void> = [];
  private _abort: AbortController | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _slowTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, void>(this);
}
