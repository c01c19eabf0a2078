/**
 * The domain room's state and calls: no React, no DOM.
 *
 * The server reads from AWS only what somebody looks at. So every view says what it shows
 * (`look`), says it again while it goes on, and says when it is over.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Feed } from '../api/feed';
import { Looking } from '../api/looking';
import { request, RequestError } from '../api/request';
import type {
  Apps,
  DomainProblem,
  DomainState,
  Launchable,
  Opened,
  Profiles,
  Running,
  Settings,
  Spaces
} from '../api/types';
import { NOTHING, readTables, type PartName } from './tables';

export type { PartName };

/** A stop that waits for its second step. */
export interface IAskedStop {
  readonly ids: readonly string[];
  /** The person chose other people's rows, too. */
  readonly others: boolean;
}

/** Why something that a person asked for was not done. */
export type Refusal = Pick<DomainProblem, 'code' | 'message' | 'hint'> &
  Partial<Pick<DomainProblem, 'action' | 'statement'>>;

export interface IDomainModelOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

export class DomainModel implements IDisposable {
  constructor(options: IDomainModelOptions) {
    this._settings = options.serverSettings;
    this.feed = new Feed<DomainState>({
      room: 'domain',
      get: signal => this._get(signal),
      working: isReading,
      events: options.events,
      lost: options.lost
    });
    this._looking = new Looking(this.feed, view => this._look(view, {}));
    this.feed.changed.connect(this._onFeed, this);
  }

  readonly feed: Feed<DomainState>;

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): DomainState | null {
    return this.feed.data;
  }

  get settings(): Settings | null {
    return this._tables.settings;
  }

  get profiles(): Profiles | null {
    return this._tables.profiles;
  }

  get spaces(): Spaces | null {
    return this._tables.spaces;
  }

  get apps(): Apps | null {
    return this._tables.apps;
  }

  /** A row of the apps. */
  find(id: string): Running | undefined {
    return this._tables.apps?.rows.find(row => row.id === id);
  }

  /** The stop that waits for its second step; at most one. */
  get asked(): IAskedStop | null {
    return this._asked;
  }

  set asked(asked: IAskedStop | null) {
    this._asked = asked;
    this._changed.emit();
  }

  /** Rows with a request under way that the state does not show yet. */
  get busy(): ReadonlySet<string> {
    return this._busy;
  }

  /** Why the last request for a row was refused; gone with the next one. */
  get refusals(): ReadonlyMap<string, Refusal> {
    return this._refusals;
  }

  /** Why the server does not look; null when it does. */
  get refusal(): Refusal | null {
    return this._refusal;
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  /**
   * Say what one view shows now, until it says something else; nothing: it is closed.
   *
   * @param view - its name in this window: `page`, `panel`
   */
  look(view: string, parts: readonly PartName[]): void {
    const wanted = [...new Set(parts)].sort();
    if ((this._looking.views.get(view) ?? []).join() !== wanted.join()) {
      this._looking.set(view, wanted.length > 0 ? wanted : undefined);
    }
  }

  /** Nobody sees this window: its looking is over until somebody does. */
  set hidden(hidden: boolean) {
    this._looking.hidden = hidden;
  }

  /** Read again what is looked at. */
  async refresh(): Promise<void> {
    await Promise.all(
      [...this._looking.views.keys()].map(view => this._look(view, { refresh: true }))
    );
  }

  /** Outside Studio: look at another domain. */
  async choose(domain: string): Promise<void> {
    const views = [...this._looking.views.keys()];
    const asked = views.length > 0 ? views : ['choice'];
    await Promise.all(asked.map(view => this._look(view, { domain })));
  }

  /** Stop rows, each on its own. Never rejects: a refusal is shown in the row. */
  async stop(ids: readonly string[], others: boolean): Promise<void> {
    const wanted = ids.filter(id => !this._busy.has(id));
    this._asked = null;
    if (wanted.length === 0) {
      this._changed.emit();
      return;
    }
    this._busy = new Set([...this._busy, ...wanted]);
    const refusals = new Map(this._refusals);
    wanted.forEach(id => refusals.delete(id));
    this._refusals = refusals;
    this._changed.emit();
    try {
      const body = { ids: wanted, others };
      const answer = await request(this._settings, 'post', '/domain/stop', { body });
      for (const { id, problem } of answer.results) {
        this._refuse(id, problem);
      }
      // Busy until the state shows it, or a double click would ask twice.
      await this.feed.refresh();
    } catch (error) {
      wanted.forEach(id => this._refuse(id, error as RequestError));
    }
    this._busy = new Set([...this._busy].filter(id => !wanted.includes(id)));
    this._changed.emit();
  }

  /**
   * After how many idle minutes the apps of this space stop.
   *
   * @throws RequestError
   */
  async setIdle(minutes: number): Promise<void> {
    await request(this._settings, 'put', '/domain/idle', { body: { minutes } });
    await this.feed.refresh();
  }

  /** What can be opened. Throws RequestError. */
  async launchMenu(): Promise<readonly Launchable[]> {
    return (await request(this._settings, 'get', '/domain/launch', {})).entries;
  }

  /** Where the browser goes; for the caller alone, and not kept. Throws RequestError. */
  open(target: Launchable['target'], id: string): Promise<Opened> {
    const params = { target, id };
    return request(this._settings, 'post', '/domain/launch/{target}/{id}', { params });
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._looking.dispose();
      this.feed.dispose();
      Signal.clearData(this);
    }
  }

  private async _look(
    view: string,
    more: { refresh?: boolean; domain?: string }
  ): Promise<void> {
    const body = {
      view: this._looking.nameOf(view),
      parts: this._looking.seen(view) ?? [],
      refresh: more.refresh ?? false,
      domain: more.domain ?? null
    };
    try {
      const state = await request(this._settings, 'post', '/domain/look', { body });
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

  /** The state, and those tables that somebody looks at and that differ from it. */
  private async _get(signal: AbortSignal): Promise<DomainState> {
    const state = await request(this._settings, 'get', '/domain', { signal });
    if (state.server !== this._server || state.chosen !== this._chosen) {
      this._server = state.server;
      this._chosen = state.chosen;
      this._tables = NOTHING;
    }
    const looked = new Set([...this._looking.views.values()].flat());
    this._tables = await readTables(
      this._settings,
      this._tables,
      looked,
      state.revision,
      signal
    );
    this._forget();
    this._changed.emit();
    return state;
  }

  /** What was asked must still be possible: the row may have changed meanwhile. */
  private _forget(): void {
    const { _asked: asked, _tables: tables } = this;
    const can = (id: string) => ['yes', 'not_yours'].includes(this.find(id)?.stop ?? '');
    if (asked && tables.apps && !asked.ids.every(can)) {
      this._asked = null;
    }
  }

  private _refuse(id: string, refusal: Refusal | null): void {
    if (refusal) {
      this._refusals = new Map(this._refusals).set(id, refusal);
    }
  }

  private _onFeed(): void {
    this._changed.emit();
  }

  private readonly _settings: ServerConnection.ISettings;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _looking: Looking<readonly PartName[]>;
  private _tables = NOTHING;
  private _server = '';
  private _chosen: string | null = null;
  private _asked: IAskedStop | null = null;
  private _busy: ReadonlySet<string> = new Set();
  private _refusals: ReadonlyMap<string, Refusal> = new Map();
  private _refusal: Refusal | null = null;
}

/** Whether the server is reading what somebody waits for. */
export function isReading(state: DomainState): boolean {
  return state.parts.some(part => part.state === 'loading');
}
