/**
 * One run's state and calls: no React, no DOM.
 *
 * The run itself is asked for again whenever something of the room differs, and every few
 * seconds while it goes on. What was kept in files is read once, and again when it has ended.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { request, RequestError } from '../../api/request';
import type {
  Curve,
  FileContent,
  RunFiles,
  RunKept,
  RunShown,
  WholeValue
} from '../../api/types';

/** Milliseconds between two questions while the run goes on. */
export const POLL = 5_000;
/** Milliseconds between two questions at least. */
export const REST = 1_000;
/** After so many milliseconds without an answer, it is said who has not answered. */
export const LATE = 3_000;
/** Metrics whose curves are drawn. */
export const CURVES = 20;

const POINTS = 500;

/** What of the room a run's page needs: it tells when anything in it differs. */
export interface IRoomState {
  readonly changed: ISignal<unknown, unknown>;
  readonly state: { readonly revision: number; readonly server: string } | null;
}

export class RunModel implements IDisposable {
  /** @param id - the page's */
  constructor(
    readonly id: string,
    private readonly settings: ServerConnection.ISettings,
    private readonly room: IRoomState
  ) {
    room.changed.connect(this._onRoom, this);
  }

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The run as it was last read; null: not yet. */
  get shown(): RunShown | null {
    return this._shown;
  }

  /** What was kept with it; null: not read yet. */
  get kept(): RunKept | null {
    return this._kept;
  }

  /** Why what was kept is not here at all. */
  get keptProblem(): RequestError | null {
    return this._keptProblem;
  }

  /** The notebook that was kept; null: there is none, or it is not read yet. */
  get notebook(): FileContent | null {
    return this._notebook;
  }

  get notebookProblem(): RequestError | null {
    return this._notebookProblem;
  }

  /** Curves of its metrics; null: not read. */
  get curves(): readonly Curve[] | null {
    return this._curves;
  }

  /** Why the last question failed; what was known before is still shown. */
  get problem(): RequestError | null {
    return this._problem;
  }

  /** The first answer is late. */
  get late(): boolean {
    return this._late;
  }

  /** It was there, and is not any more. */
  get gone(): boolean {
    return this._shown !== null && this._problem?.code === 'experiments.run_unknown';
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Somebody sees the page: only then anything is asked. */
  set seen(seen: boolean) {
    if (seen !== this._seen) {
      this._seen = seen;
      if (seen) {
        void this.refresh();
      } else {
        clearTimeout(this._timer);
      }
    }
  }

  /** Reads the run again, at once. */
  async refresh(): Promise<void> {
    if (this._asking || this._disposed) {
      this._again = true;
      return;
    }
    this._asking = true;
    this._again = false;
    clearTimeout(this._timer);
    const waiting = setTimeout(() => {
      this._late = this._shown === null;
      this._changed.emit();
    }, LATE);
    try {
      await this._read();
    } finally {
      clearTimeout(waiting);
      this._late = false;
      this._asking = false;
      if (!this._disposed) {
        this._changed.emit();
        this._next();
      }
    }
  }

  /** All of a value that is shown in part. */
  whole(part: 'params' | 'tags' | 'note', name: string): Promise<WholeValue> {
    const body = { run: this.id, part, name };
    return request(this.settings, 'post', '/experiments/value', { body });
  }

  files(folder: string): Promise<RunFiles> {
    const body = { run: this.id, folder };
    return request(this.settings, 'post', '/experiments/files', { body });
  }

  file(path: string, purpose: 'show' | 'save'): Promise<FileContent> {
    const body = { run: this.id, path, purpose };
    return request(this.settings, 'post', '/experiments/file', { body });
  }

  /**
   * Sets tags, or takes them away (null).
   *
   * @throws RequestError - the store refused
   */
  async setTags(tags: Readonly<Record<string, string | null>>): Promise<void> {
    const body = { runs: [this.id], tags };
    await request(this.settings, 'put', '/experiments/tags', { body });
    await this.refresh();
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  private async _read(): Promise<void> {
    const params = { id: this.id };
    this._revision = this._roomRevision();
    let shown: RunShown;
    try {
      shown = await request(this.settings, 'get', '/experiments/runs/{id}', { params });
    } catch (error) {
      this._problem = error as RequestError;
      return;
    }
    if (this._disposed) {
      return;
    }
    const before = this._shown;
    this._problem = null;
    this._late = false;
    this._shown = shown;
    this._changed.emit();
    const ended = before?.status === 'running' && shown.status !== 'running';
    // The notebook follows its cell's end.
    const executed = before?.code.executed !== shown.code.executed;
    const measured = JSON.stringify(before?.metrics) !== JSON.stringify(shown.metrics);
    await Promise.all([
      measured ? this._readCurves(shown) : null,
      ended || executed || this._kept === null ? this._readKept() : null
    ]);
  }

  private async _readKept(): Promise<void> {
    const params = { id: this.id };
    try {
      const path = '/experiments/runs/{id}/kept';
      this._kept = await request(this.settings, 'get', path, { params });
      this._keptProblem = null;
    } catch (error) {
      this._keptProblem = error as RequestError;
    }
    this._changed.emit();
    const path = this._kept?.notebook.kept ?? '';
    if (path !== '' && !this._disposed) {
      try {
        this._notebook = await this.file(path, 'show');
        this._notebookProblem = null;
      } catch (error) {
        this._notebookProblem = error as RequestError;
      }
    }
  }

  private async _readCurves(shown: RunShown): Promise<void> {
    const metrics = shown.metrics.slice(0, CURVES).map(({ name }) => name);
    if (metrics.length === 0) {
      return;
    }
    const body = { runs: [this.id], metrics, points: POINTS };
    try {
      const read = await request(this.settings, 'post', '/experiments/curves', { body });
      this._curves = read.curves;
    } catch {
      // The values themselves are there; their curves come with the next change.
    }
  }

  private _next(): void {
    if (this._again && this._seen) {
      this._timer = setTimeout(() => void this.refresh(), REST);
    } else if (this._seen && this._shown?.status === 'running' && !this.gone) {
      this._timer = setTimeout(() => void this.refresh(), POLL);
    }
  }

  private _onRoom(): void {
    if (this._seen && this._roomRevision() !== this._revision) {
      this._revision = this._roomRevision();
      this._again = true;
      if (!this._asking) {
        clearTimeout(this._timer);
        this._next();
      }
    }
  }

  private _roomRevision(): string {
    const { state } = this.room;
    return state === null ? '' : `${state.server}/${state.revision}`;
  }

  private readonly _changed = new Signal<this, void>(this);
  private _shown: RunShown | null = null;
  private _kept: RunKept | null = null;
  private _keptProblem: RequestError | null = null;
  private _notebook: FileContent | null = null;
  private _notebookProblem: RequestError | null = null;
  private _curves: readonly Curve[] | null = null;
  private _problem: RequestError | null = null;
  private _late = false;
  private _seen = false;
  private _asking = false;
  private _again = false;
  private _revision = '';
  private _disposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
