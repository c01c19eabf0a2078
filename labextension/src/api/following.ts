/**
 * Work that the server does for a page: begun, followed, acted on, cancelled. No React, no DOM.
 *
 * The server says only that something differs; what it is is asked.
 */

import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { CHANGED } from './feed';
import { RequestError } from './request';

/** All times in milliseconds. */
export const TIMES = {
  /** Between two questions while work goes on and no event comes. */
  ask: 1000,
  /** After a question that was not answered. */
  retry: 3000,
  /** Until the person is told what is waited for. */
  late: 3000
};

interface IWork {
  readonly id: string;
  readonly state: string;
}

export interface IFollowingOptions<T extends IWork> {
  /** Jupyter's event stream; what comes from it is not trusted. */
  events: ISignal<unknown, unknown>;
  /** The room's name in events, and what stands before the id there. */
  room: string;
  part: string;
  /** States in which the server works. */
  working: readonly T['state'][];
  /** States in which the server waits for the person. */
  waiting: readonly T['state'][];
  get(id: string): Promise<T>;
  drop(id: string): Promise<T>;
}

export class Following<T extends IWork> implements IDisposable {
  constructor(private readonly options: IFollowingOptions<T>) {
    options.events.connect(this._onEvent, this);
  }

  /** Emits after each difference in what the getters below say. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** As the server last told it; null before its first answer. */
  get shown(): T | null {
    return this._shown;
  }

  /** Why the server was not asked, or did not answer. */
  get refusal(): RequestError | null {
    return this._refusal;
  }

  /** It takes long enough that the person is told what is waited for. */
  get late(): boolean {
    return this._late;
  }

  get isUnderWay(): boolean {
    return this._open > 0 || (this._shown !== null && this._isIn(this.options.working));
  }

  /** Nothing goes on, and nothing came of it. */
  get isOver(): boolean {
    const state = this._shown?.state;
    return (
      !this.isUnderWay &&
      (this._refusal !== null ||
        this._wasCancelled ||
        state === 'failed' ||
        state === 'cancelled')
    );
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Begins; what was begun before is given up. */
  async begin(ask: () => Promise<T>): Promise<void> {
    const before = this._giveUp();
    this._shown = null;
    this._wasCancelled = false;
    if (before) {
      void this._drop(before);
    }
    await this.act(ask);
  }

  /** Asks the server for a step further, and follows what comes of it. */
  async act(ask: () => Promise<T>): Promise<void> {
    const number = this._number;
    this._refusal = null;
    this._open += 1;
    this._wait();
    this._changed.emit();
    try {
      const shown = await ask();
      if (this._disposed || number !== this._number) {
        void this._drop(shown); // nobody waits for it any more
      } else {
        this._shown = shown;
      }
    } catch (error) {
      if (number === this._number) {
        this._refusal = error as RequestError;
      }
    }
    if (number === this._number) {
      this._open -= 1;
      this._settle();
    }
    if (!this._disposed) {
      this._changed.emit();
    }
  }

  /** Nobody waits for it any more. What was done meanwhile stays. */
  async cancel(): Promise<void> {
    const shown = this._giveUp();
    if (!this._disposed) {
      this._changed.emit();
    }
    if (shown) {
      await this._drop(shown);
    }
  }

  dispose(): void {
    if (!this._disposed) {
      void this.cancel();
      this._disposed = true;
      clearTimeout(this._timer);
      clearTimeout(this._lateTimer);
      this.options.events.disconnect(this._onEvent, this);
      this._changed.emit();
      Signal.clearData(this);
    }
  }

  /** What comes of it is not waited for; returns what the server is to drop. */
  private _giveUp(): T | null {
    const isLive = this._isIn([...this.options.working, ...this.options.waiting]);
    this._wasCancelled = isLive || this.isUnderWay;
    this._number += 1;
    this._open = 0;
    clearTimeout(this._lateTimer);
    this._late = false;
    return isLive ? this._shown : null;
  }

  private async _drop(shown: T): Promise<void> {
    try {
      this._take(await this.options.drop(shown.id));
    } catch {
      // The server forgets by itself what nobody waits for.
    }
  }

  private _isIn(states: readonly T['state'][]): boolean {
    return this._shown !== null && states.includes(this._shown.state);
  }

  private _wait(): void {
    this._late = false;
    clearTimeout(this._lateTimer);
    this._lateTimer = setTimeout(() => {
      this._late = true;
      this._changed.emit();
    }, TIMES.late);
  }

  private _settle(): void {
    if (!this.isUnderWay || this._disposed) {
      clearTimeout(this._lateTimer);
      this._late = false;
    }
    this._follow(TIMES.ask);
  }

  /** An older question's answer says nothing of a newer one. */
  private _take(shown: T): void {
    if (this._disposed || shown.id !== this._shown?.id) {
      return;
    }
    this._shown = shown;
    this._refusal = null;
    this._settle();
    this._changed.emit();
  }

  private _follow(pause: number): void {
    clearTimeout(this._timer);
    if (this._isIn(this.options.working) && !this._disposed) {
      this._timer = setTimeout(() => void this._ask(), pause);
    }
  }

  /** One question at a time; an event meanwhile leads to one more. */
  private async _ask(): Promise<void> {
    const id = this._shown?.id;
    if (id === undefined || this._asking) {
      this._again = true;
      return;
    }
    this._asking = true;
    this._again = false;
    try {
      this._take(await this.options.get(id));
    } catch (error) {
      this._refuse(error as RequestError, id);
    } finally {
      this._asking = false;
    }
    if (this._again && !this._disposed) {
      void this._ask();
    }
  }

  private _refuse(error: RequestError, id: string): void {
    if (this._disposed || id !== this._shown?.id) {
      return;
    }
    this._refusal = error;
    if (error.status === 404) {
      this._shown = { ...this._shown, state: 'failed' }; // another server
      this._settle();
    } else {
      this._follow(TIMES.retry);
    }
    this._changed.emit();
  }

  private _onEvent(_: unknown, event: unknown): void {
    const { schema_id, room, id } = (event ?? {}) as Record<string, unknown>;
    const ours = `${this.options.part}/${this._shown?.id ?? ''}`;
    if (schema_id === CHANGED && room === this.options.room && id === ours) {
      void this._ask();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _shown: T | null = null;
  private _refusal: RequestError | null = null;
  private _late = false;
  private _disposed = false;
  private _asking = false;
  private _again = false;
  private _open = 0;
  private _wasCancelled = false;
  private _number = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _lateTimer: ReturnType<typeof setTimeout> | undefined;
}
