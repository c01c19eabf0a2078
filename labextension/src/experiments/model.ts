/**
 * The experiments room's state and calls: no React, no DOM.
 *
 * The server reads the stores that somebody looks at. The table comes once, its newest runs
 * first, and after that only what is new or different.
 */

import type { ServerConnection } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Feed } from '../api/feed';
import { request, RequestError } from '../api/request';
import type { ExperimentsState } from '../api/types';
import { applied, NO_RUNS, type IRuns } from './table/columns';

/** How often a view says that it still looks, in milliseconds; the server waits for 60 s. */
export const RENEW = 25_000;

/** Runs of the first answer: more than a page shows, and quick to send. */
export const FIRST = 200;

export interface IExperimentsModelOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

export class ExperimentsModel implements IDisposable {
  constructor(options: IExperimentsModelOptions) {
    this._settings = options.serverSettings;
    this.feed = new Feed<ExperimentsState>({
      room: 'experiments',
      get: signal => this._get(signal),
      working: state => state.state !== 'idle' || state.running > 0,
      events: options.events,
      lost: options.lost
    });
    this.feed.paused = true; // until somebody looks
    this.feed.changed.connect(this._onFeed, this);
  }

  readonly feed: Feed<ExperimentsState>;

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): ExperimentsState | null {
    return this.feed.data;
  }

  /** The runs of the chosen experiments, as far as they are here. */
  get runs(): IRuns {
    return this._runs;
  }

  /** The first runs are here, the rest is on its way. */
  get partly(): boolean {
    return this._runs.cursor === '' && this._runs.ids.length < this._runs.total;
  }

  /** Ids of the chosen experiments; the page's. */
  get experiments(): readonly string[] {
    return this._experiments;
  }

  /** Why the server does not look; null when it does. */
  get refusal(): RequestError | null {
    return this._refusal;
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  /** Show the runs of these experiments. */
  choose(experiments: readonly string[]): void {
    const wanted = [...new Set(experiments)].sort();
    if (wanted.join('\n') === this._experiments.join('\n')) {
      return;
    }
    this._experiments = wanted;
    this._runs = NO_RUNS;
    this._changed.emit();
    if (this._views.has('page')) {
      void this._look('page');
    }
  }

  /** The metric that the latest runs are told by. */
  tellBy(metric: string): void {
    this._metric = metric;
    this._views.forEach(view => void this._look(view));
  }

  /** A view begins or ends to look: `page`, `panel`. */
  look(view: 'page' | 'panel', open: boolean): void {
    if (this._views.has(view) === open) {
      return;
    }
    if (open) {
      this._views.add(view);
    } else {
      this._views.delete(view);
    }
    this._resume();
    if (!this._hidden) {
      void this._look(view);
    }
  }

  /** Read again what is looked at. */
  async refresh(): Promise<void> {
    await Promise.all([...this._views].map(view => this._look(view)));
  }

  /** Nobody sees this window: its looking is over until somebody does. */
  set hidden(hidden: boolean) {
    if (hidden !== this._hidden) {
      this._hidden = hidden;
      this._resume();
      this._views.forEach(view => void this._look(view));
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._views.clear();
      clearInterval(this._renewal);
      this.feed.dispose();
      Signal.clearData(this);
    }
  }

  private _resume(): void {
    const watched = this._views.size > 0 && !this._hidden;
    if (watched && !this._started) {
      this._started = true;
      this.feed.start();
    }
    this.feed.paused = !watched;
    clearInterval(this._renewal);
    if (watched) {
      this._renewal = setInterval(() => {
        this._views.forEach(view => void this._look(view));
      }, RENEW);
    }
  }

  private async _look(view: 'page' | 'panel'): Promise<void> {
    const body = {
      view: `${view}-${this._window}`,
      experiments: view === 'page' ? this._experiments : [],
      metric: this._metric,
      open: this._views.has(view) && !this._hidden
    };
    try {
      const state = await request(this._settings, 'post', '/experiments/look', { body });
      this._refusal = null;
      this.feed.accept(state);
    } catch (error) {
      this._refusal = error as RequestError;
    }
    if (!this.isDisposed) {
      this._changed.emit();
      void this.feed.refresh();
    }
  }

  private async _get(signal: AbortSignal): Promise<ExperimentsState> {
    const state = await request(this._settings, 'get', '/experiments', { signal });
    if (this._views.has('page') && this._experiments.length > 0) {
      await this._table(signal);
    }
    return state;
  }

  /** What is new; at the first time the newest runs, and then all of them. */
  private async _table(signal: AbortSignal): Promise<void> {
    const asked = this._experiments;
    const ask = async (since: string, limit: number | null) => {
      const body = { experiments: asked, since, limit };
      const table = await request(this._settings, 'post', '/experiments/runs', {
        body,
        signal
      });
      if (asked === this._experiments && !this.isDisposed) {
        this._runs = applied(this._runs, table);
        this._changed.emit();
      }
    };
    const first = this._runs.ids.length === 0;
    await ask(this._runs.cursor, first ? FIRST : null);
    if (asked === this._experiments && this.partly) {
      await ask('', null);
    }
  }

  private _onFeed(): void {
    this._changed.emit();
  }

  private readonly _settings: ServerConnection.ISettings;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _window = UUID.uuid4().slice(0, 8);
  private readonly _views = new Set<'page' | 'panel'>();
  private _experiments: readonly string[] = [];
  private _runs: IRuns = NO_RUNS;
  private _metric = '';
  private _hidden = false;
  private _started = false;
  private _renewal: ReturnType<typeof setInterval> | undefined;
  private _refusal: RequestError | null = null;
}
