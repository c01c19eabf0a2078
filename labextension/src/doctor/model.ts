/** The doctor's report and calls: no React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Feed } from '../api/feed';
import { request, type RequestError } from '../api/request';
import type { Report } from '../api/types';

/** Which of the domain's events are about the report. */
const ID = 'doctor';

/** A report, and the run of the server that it is from. */
type KnownReport = Report & { readonly server: string };

export interface IDoctorModelOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream. */
  events: ISignal<unknown, unknown>;
  /** Emits when the connection to the server was seen to be broken. */
  lost?: ISignal<unknown, unknown>;
}

export class DoctorModel implements IDisposable {
  constructor(private readonly options: IDoctorModelOptions) {
    this.feed = new Feed<KnownReport>({
      room: 'domain',
      get: async signal =>
        this._known(
          await request(options.serverSettings, 'get', '/domain/doctor', { signal })
        ),
      working: report => report.state === 'looking',
      events: this._about,
      lost: options.lost
    });
    this.feed.paused = true; // until somebody looks
    this.feed.changed.connect(this._onFeed, this);
    options.events.connect(this._onEvent, this);
  }

  readonly feed: Feed<KnownReport>;

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get report(): Report | null {
    return this.feed.data;
  }

  /** Why the last wish to look was refused; null: it was not. */
  get refusal(): RequestError | null {
    return this._refusal;
  }

  /** Whether it is looking, or about to. */
  get looking(): boolean {
    return this._asking || this.report?.state === 'looking';
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  /** Who sees the report: while nobody does, nothing is asked. */
  look(view: string, seen: boolean): void {
    if (seen) {
      this._views.add(view);
    } else {
      this._views.delete(view);
    }
    const watched = this._views.size > 0;
    if (watched && !this._started) {
      this._started = true;
      this.feed.start();
    }
    this.feed.paused = !watched;
  }

  /** Find out anew what works. Never rejects. */
  async examine(): Promise<void> {
    if (this.looking) {
      return;
    }
    this._asking = true;
    this._refusal = null;
    this._changed.emit();
    try {
      const { serverSettings } = this.options;
      const report = await request(serverSettings, 'post', '/domain/doctor', {});
      this.feed.accept(this._known(report));
    } catch (error) {
      this._refusal = error as RequestError;
    }
    this._asking = false;
    if (!this.isDisposed) {
      this._changed.emit();
      void this.feed.refresh();
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.options.events.disconnect(this._onEvent, this);
      this.feed.dispose();
      Signal.clearData(this);
    }
  }

  /** A report counts its changes; one that counts from the start is another server's. */
  private _known(report: Report): KnownReport {
    if (report.revision < this._revision) {
      this._server += 1;
    }
    this._revision = report.revision;
    return { ...report, server: String(this._server) };
  }

  private _onEvent(_: unknown, event: unknown): void {
    if ((event as { id?: unknown } | null)?.id === ID) {
      this._about.emit(event);
    }
  }

  private _onFeed(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _about = new Signal<this, unknown>(this);
  private readonly _views = new Set<string>();
  private _started = false;
  private _asking = false;
  private _refusal: RequestError | null = null;
  private _revision = 0;
  private _server = 0;
}
