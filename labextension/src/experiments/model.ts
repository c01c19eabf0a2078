/**
 * The experiments room's state and calls: no React, no DOM.
 *
 * The server reads the stores that somebody looks at. The table comes once, its newest runs
 * first, and after that only what is new or different.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Feed } from '../api/feed';
import { Looking } from '../api/looking';
import { request, RequestError } from '../api/request';
import type { ExperimentsState } from '../api/types';
import { applied, NO_RUNS, type IRuns } from './table/columns';

/** Runs of the first answer: more than a page shows, and quick to send. */
export const FIRST = 200;

export interface IExperimentsModelOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

/**
 * The experiments of the latest runs in the store that this server's kernels record in, else of
 * the latest anywhere, else those of the first store that has any.
 */
export function firstChoice(state: ExperimentsState | null): readonly string[] {
  const latest = (state?.latest ?? []).map(run => run.experiment);
  const own = (state?.stores ?? [])
    .filter(({ recording }) => recording)
    .flatMap(({ experiments }) => experiments.map(({ id }) => id));
  const recorded = latest.filter(id => own.includes(id));
  if (latest.length > 0) {
    return recorded.length > 0 ? recorded : latest;
  }
  const store = state?.stores.find(({ experiments }) => experiments.length > 0);
  return store?.experiments.map(({ id }) => id) ?? [];
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
    this._looking = new Looking(this.feed, view => this._look(view));
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
    if (this._looking.views.has('page')) {
      void this._look('page');
    }
  }

  /** The metric that the latest runs are told by. */
  tellBy(metric: string): void {
    this._metric = metric;
    void this._looking.tellAll();
  }

  /**
   * A view begins or ends to look: `page`, `panel`, `run-…`, `page-…`.
   *
   * @param experiments - that are read for it; the page's are those that are chosen
   */
  look(
    view: 'page' | 'panel' | `run-${string}` | `page-${string}`,
    open: boolean,
    experiments: readonly string[] = []
  ): void {
    const others = (this._others.get(view) ?? []).join('\n') !== experiments.join('\n');
    this._others.set(view, experiments);
    if (this._looking.views.has(view) !== open || (open && others)) {
      this._looking.set(view, open || undefined);
    }
  }

  /** Read again what is looked at. */
  refresh(): Promise<void> {
    return this._looking.tellAll();
  }

  /** Nobody sees this window: its looking is over until somebody does. */
  set hidden(hidden: boolean) {
    this._looking.hidden = hidden;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._looking.dispose();
      this.feed.dispose();
      Signal.clearData(this);
    }
  }

  private async _look(view: string): Promise<void> {
    const body = {
      view: this._looking.nameOf(view),
      experiments: view === 'page' ? this._experiments : (this._others.get(view) ?? []),
      metric: this._metric,
      open: this._looking.seen(view) ?? false
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
    if (this._looking.views.has('page') && this._experiments.length > 0) {
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
  private readonly _looking: Looking<true>;
  /** What views besides the page look at. */
  private readonly _others = new Map<string, readonly string[]>();
  private _experiments: readonly string[] = [];
  private _runs: IRuns = NO_RUNS;
  private _metric = '';
  private _refusal: RequestError | null = null;
}
