/**
 * Who looks at a room in this window. The server reads only what somebody looks at, so it is
 * told, and told again while that goes on; the room's feed rests while nobody does.
 */

import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';

/** How often it is said that a view still looks, in milliseconds; the server waits for 60 s. */
export const RENEW = 25_000;

interface IFeed {
  start(): void;
  paused: boolean;
}

export class Looking<T> implements IDisposable {
  /**
   * @param tell - says to the server what one view looks at now; never rejects
   */
  constructor(
    private readonly feed: IFeed,
    private readonly tell: (view: string) => Promise<void>
  ) {
    feed.paused = true; // until somebody looks
  }

  /** What each view looks at, also while nobody sees the window. */
  get views(): ReadonlyMap<string, T> {
    return this._views;
  }

  /** What a view looks at and somebody sees. */
  seen(view: string): T | undefined {
    return this._hidden ? undefined : this._views.get(view);
  }

  /** The view's name for the server, which other windows do not share. */
  nameOf(view: string): string {
    return `${view}-${this._window}`;
  }

  /** A view looks at this from now on; undefined: it is closed. */
  set(view: string, what: T | undefined): void {
    if (what === undefined) {
      this._views.delete(view);
    } else {
      this._views.set(view, what);
    }
    this._resume();
    if (!this._hidden) {
      void this.tell(view);
    }
  }

  /** Nobody sees this window: its looking is over until somebody does. */
  set hidden(hidden: boolean) {
    if (hidden !== this._hidden) {
      this._hidden = hidden;
      this._resume();
      void this.tellAll();
    }
  }

  async tellAll(): Promise<void> {
    await Promise.all([...this._views.keys()].map(view => this.tell(view)));
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    this._views.clear();
    clearInterval(this._renewal);
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
      this._renewal = setInterval(() => void this.tellAll(), RENEW);
    }
  }

  private readonly _views = new Map<string, T>();
  private readonly _window = UUID.uuid4().slice(0, 8);
  private _hidden = false;
  private _started = false;
  private _disposed = false;
  private _renewal: ReturnType<typeof setInterval> | undefined;
}
