/**
 * One run that is being reproduced: looked at, confirmed, made. No React, no DOM.
 *
 * The server does the work and says only that something differs; what it is is asked.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { CHANGED } from '../../api/feed';
import { request, RequestError } from '../../api/request';
import type { Reproduction } from '../../api/types';

/** All times in milliseconds. */
export const TIMES = {
  /** Between two questions while work goes on and no event comes. */
  ask: 1000,
  /** After a question that was not answered. */
  retry: 3000,
  /** Until the person is told what is waited for. */
  late: 3000
};

const UNDER_WAY = new Set(['looking', 'making']);

export interface IReproducingOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream; what comes from it is not trusted. */
  events: ISignal<unknown, unknown>;
  /** The page's id of the run. */
  run: string;
}

export class Reproducing implements IDisposable {
  constructor(private readonly options: IReproducingOptions) {
    options.events.connect(this._onEvent, this);
  }

  /** Emits after each difference in what the getters below say. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** As the server last told it; null before its first answer. */
  get shown(): Reproduction | null {
    return this._shown;
  }

  /** Why the server was not asked, or did not answer. */
  get refusal(): RequestError | null {
    return this._refusal;
  }

  /** What is looked at takes long enough that the person is told what is waited for. */
  get late(): boolean {
    return this._late;
  }

  get isUnderWay(): boolean {
    return this._shown !== null && UNDER_WAY.has(this._shown.state);
  }

  /** It was refused, failed or was given up: what remains is to look again. */
  get isOver(): boolean {
    const state = this._shown?.state;
    return (
      (this._refusal !== null && !this.isUnderWay) ||
      state === 'failed' ||
      state === 'cancelled'
    );
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Look at the run, anew where that was done before. */
  async look(): Promise<void> {
    void this.cancel();
    this._shown = null;
    this._late = false;
    clearTimeout(this._lateTimer);
    this._lateTimer = setTimeout(() => {
      this._late = true;
      this._changed.emit();
    }, TIMES.late);
    const body = { run: this.options.run };
    await this._do(() =>
      request(this.options.serverSettings, 'post', '/experiments/reproductions', { body })
    );
  }

  /** The person has seen the plan that is shown, and wants it. */
  async confirm(): Promise<void> {
    const { id, looked, state, plan } = this._shown ?? {};
    if (id === undefined || looked === undefined || state !== 'planned') {
      return;
    }
    if (!plan?.possible) {
      return;
    }
    const given = { params: { id }, body: { looked } };
    await this._do(() =>
      request(
        this.options.serverSettings,
        'post',
        '/experiments/reproductions/{id}/make',
        given
      )
    );
  }

  /** Nobody waits for it any more. What is being made may be there all the same: follow it. */
  async cancel(): Promise<void> {
    const { id, state } = this._shown ?? {};
    if (id === undefined || !(this.isUnderWay || state === 'planned')) {
      return;
    }
    try {
      const given = { params: { id } };
      const path = '/experiments/reproductions/{id}';
      const shown = await request(this.options.serverSettings, 'delete', path, given);
      this._take(shown);
    } catch {
      // The server forgets by itself what nobody confirms.
    }
  }

  /** @returns when nothing is under way any more */
  ended(): Promise<void> {
    return new Promise(done => {
      const look = () => {
        if (!this.isUnderWay || this._disposed) {
          this._changed.disconnect(look);
          done();
        }
      };
      this._changed.connect(look);
      look();
    });
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      clearTimeout(this._timer);
      clearTimeout(this._lateTimer);
      this.options.events.disconnect(this._onEvent, this);
      this._changed.emit();
      Signal.clearData(this);
    }
  }

  private async _do(ask: () => Promise<Reproduction>): Promise<void> {
    this._refusal = null;
    this._changed.emit();
    try {
      this._shown = await ask();
      if (this._disposed) {
        void this.cancel(); // the dialog was closed before the answer came
      }
      this._follow(TIMES.ask);
    } catch (error) {
      this._refusal = error as RequestError;
      clearTimeout(this._lateTimer);
    }
    if (!this._disposed) {
      this._changed.emit();
    }
  }

  /** An older question's answer says nothing of a newer one. */
  private _take(shown: Reproduction): void {
    if (this._disposed || shown.id !== this._shown?.id) {
      return;
    }
    this._shown = shown;
    this._refusal = null;
    if (!this.isUnderWay) {
      clearTimeout(this._lateTimer);
    }
    this._follow(TIMES.ask);
    this._changed.emit();
  }

  private _follow(pause: number): void {
    clearTimeout(this._timer);
    if (this.isUnderWay && !this._disposed) {
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
      const given = { params: { id } };
      const path = '/experiments/reproductions/{id}';
      const shown = await request(this.options.serverSettings, 'get', path, given);
      this._take(shown);
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
      this._shown = { ...this._shown, state: 'failed', problem: null }; // another server
    } else {
      this._follow(TIMES.retry);
    }
    this._changed.emit();
  }

  private _onEvent(_: unknown, event: unknown): void {
    const { schema_id, room, id } = (event ?? {}) as Record<string, unknown>;
    const ours = `reproductions/${this._shown?.id ?? ''}`;
    if (schema_id === CHANGED && room === 'experiments' && id === ours) {
      void this._ask();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _shown: Reproduction | null = null;
  private _refusal: RequestError | null = null;
  private _late = false;
  private _disposed = false;
  private _asking = false;
  private _again = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _lateTimer: ReturnType<typeof setTimeout> | undefined;
}
