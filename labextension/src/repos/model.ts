/** The repositories room's state and calls: no React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Feed } from '../api/feed';
import { request, RequestError } from '../api/request';
import type {
  Identity,
  NewRepository,
  operations,
  Repository,
  ReposState
} from '../api/types';

/** What a person can ask for one repository. */
export type Do = operations['doRepository']['parameters']['path']['do'];

export interface IAsked {
  readonly id: string;
  readonly what: Do;
}

export interface IReposModelOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

export class ReposModel implements IDisposable {
  constructor(options: IReposModelOptions) {
    this._settings = options.serverSettings;
    this.feed = new Feed<ReposState>({
      room: 'repos',
      get: async signal =>
        this._share(await request(this._settings, 'get', '/repos', { signal })),
      working: isWorking,
      events: options.events,
      lost: options.lost
    });
    this.feed.changed.connect(this._onFeed, this);
  }

  readonly feed: Feed<ReposState>;

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): ReposState | null {
    return this.feed.data;
  }

  get repositories(): readonly Repository[] {
    return this.feed.data?.repositories ?? [];
  }

  find(id: string): Repository | undefined {
    return this.repositories.find(row => row.id === id);
  }

  /** The row that commands without an argument mean. Nothing that is shown depends on it. */
  current: string | null = null;

  /** The action that waits for its second step; at most one. */
  get asked(): IAsked | null {
    return this._asked;
  }

  set asked(asked: IAsked | null) {
    this._asked = asked;
    this._changed.emit();
  }

  /** Rows with a request under way that the state does not show yet. */
  get busy(): ReadonlySet<string> {
    return this._busy;
  }

  /** Why the last request for a row was refused; gone with the next one. */
  get refusals(): ReadonlyMap<string, RequestError> {
    return this._refusals;
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  /** Do one of the row's actions. Never rejects: a refusal is shown in the row. */
  act(id: string, what: Do): Promise<void> {
    return this._for(id, () =>
      request(this._settings, 'post', '/repos/{id}/{do}', { params: { id, do: what } })
    );
  }

  /** Install what the row's environment file names. Never rejects. */
  install(id: string): Promise<void> {
    return this._for(id, () =>
      request(this._settings, 'post', '/repos/{id}/environment', { params: { id } })
    );
  }

  /** Read the configuration again, clone what is missing, update where that is safe. */
  async sync(): Promise<void> {
    this.feed.accept(await request(this._settings, 'post', '/repos/sync', {}));
  }

  async add(body: NewRepository): Promise<void> {
    this.feed.accept(await request(this._settings, 'post', '/repos', { body }));
  }

  async log(id: string): Promise<string> {
    const params = { id };
    return (await request(this._settings, 'get', '/repos/{id}/log', { params })).text;
  }

  identity(): Promise<Identity> {
    return request(this._settings, 'get', '/identity', {});
  }

  async setIdentity(body: Identity): Promise<void> {
    await request(this._settings, 'put', '/identity', { body });
    await this.feed.refresh();
  }

  dispose(): void {
    this.feed.dispose();
    Signal.clearData(this);
  }

  /** Rows that did not change stay the same objects, so that they are not drawn again. */
  private _share(state: ReposState): ReposState {
    const known = new Map(this.repositories.map(row => [row.id, row]));
    const repositories = state.repositories.map(row => {
      const old = known.get(row.id);
      return old && JSON.stringify(old) === JSON.stringify(row) ? old : row;
    });
    return { ...state, repositories };
  }

  private async _for(id: string, ask: () => Promise<unknown>): Promise<void> {
    if (this._busy.has(id)) {
      return;
    }
    this._busy = new Set(this._busy).add(id);
    this._asked = null;
    this._refuse(id, null);
    this._changed.emit();
    try {
      await ask();
      // Busy until the state shows it, or a double click would ask twice.
      await this.feed.refresh();
    } catch (error) {
      this._refuse(id, error as RequestError);
    }
    const busy = new Set(this._busy);
    busy.delete(id);
    this._busy = busy;
    this._changed.emit();
  }

  private _refuse(id: string, error: RequestError | null): void {
    const refusals = new Map(this._refusals);
    if (error) {
      refusals.set(id, error);
    } else {
      refusals.delete(id);
    }
    this._refusals = refusals;
  }

  private _onFeed(): void {
    if (this.current !== null && !this.find(this.current)) {
      this.current = null;
    }
    // What was asked must still be offered: the row may have changed meanwhile.
    if (this._asked && !this.find(this._asked.id)?.actions.includes(this._asked.what)) {
      this._asked = null;
    }
    this._changed.emit();
  }

  private readonly _settings: ServerConnection.ISettings;
  private readonly _changed = new Signal<this, void>(this);
  private _busy: ReadonlySet<string> = new Set();
  private _refusals: ReadonlyMap<string, RequestError> = new Map();
  private _asked: IAsked | null = null;
}

/** Whether the server is at work on anything that a person waits for. */
export function isWorking(state: ReposState): boolean {
  return (
    state.state === 'starting' ||
    state.state === 'off' || // it closes; its successor may be there in a moment
    state.state === 'working' ||
    state.repositories.some(row => row.environment?.state === 'installing')
  );
}
