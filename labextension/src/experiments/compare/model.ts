/**
 * A comparison's state and calls: no React, no DOM.
 *
 * The runs are asked for again whenever something of the room differs, and every few seconds
 * while one of them goes on. Their packages are files and come after them; the code of two of
 * them is compared when somebody sees it.
 */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { request, type RequestError } from '../../api/request';
import type { CodeDiff, Compared, ComparedRow, WholeValue } from '../../api/types';

/** Milliseconds between two questions while a run goes on. */
export const POLL = 5_000;
/** Milliseconds between two questions at least. */
export const REST = 1_000;
/** After so many milliseconds without an answer, it is said who has not answered. */
export const LATE = 3_000;
/** Milliseconds between two questions whether the code is compared: at first, and at last. */
export const CODE_POLL = [150, 1_500] as const;

/** What of the room a comparison needs: it tells when anything in it differs. */
export interface IRoomState {
  readonly changed: ISignal<unknown, unknown>;
  readonly state: { readonly revision: number; readonly server: string } | null;
}

/** The code of two runs, as far as it was compared. */
export interface ICode {
  readonly pair: readonly [string, string];
  /** Null: it is being asked for. */
  readonly diff: CodeDiff | null;
  readonly problem: RequestError | null;
}

export class CompareModel implements IDisposable {
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly room: IRoomState
  ) {
    room.changed.connect(this._onRoom, this);
  }

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The page's ids, in the order in which they were compared. */
  get ids(): readonly string[] {
    return this._ids;
  }

  /** As it was last read; it may be of other runs than `ids` while it is read again. */
  get compared(): Compared | null {
    return this._compared;
  }

  /** The packages of the same runs; null: not read yet, or not of these. */
  get packages(): Compared | null {
    return this._packages;
  }

  get packagesProblem(): RequestError | null {
    return this._packagesProblem;
  }

  get code(): ICode | null {
    return this._code;
  }

  /** Why the last question failed; what was known before is still shown. */
  get problem(): RequestError | null {
    return this._problem;
  }

  /** The first answer is late. */
  get late(): boolean {
    return this._late;
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

  setRuns(ids: readonly string[]): void {
    if (ids.join('\n') !== this._ids.join('\n')) {
      this._ids = ids;
      this._changed.emit();
      if (this._seen) {
        void this.refresh();
      }
    }
  }

  /** Reads the runs again, at once. */
  async refresh(): Promise<void> {
    if (this._asking || this._disposed) {
      this._again = true;
      return;
    }
    this._asking = true;
    this._again = false;
    clearTimeout(this._timer);
    const waiting = setTimeout(() => {
      this._late = this._compared === null;
      this._changed.emit();
    }, LATE);
    const asked = this._ids;
    try {
      await this._read(asked);
    } finally {
      clearTimeout(waiting);
      this._late = false;
      this._asking = false;
      if (!this._disposed) {
        this._changed.emit();
        this._next(asked !== this._ids);
      }
    }
  }

  /** Compares the code of two runs; what is known of them already is kept. */
  compareCode(pair: readonly [string, string]): void {
    const [before, after] = pair;
    const same = this._code?.pair[0] === before && this._code.pair[1] === after;
    if (!same && !this._disposed) {
      this.compareCodeAgain(pair);
    }
  }

  compareCodeAgain(pair: readonly [string, string]): void {
    const code: ICode = { pair, diff: null, problem: null };
    this._code = code;
    this._changed.emit();
    void this._follow(code);
  }

  /** All of a parameter or tag that is shown in part. */
  whole(run: string, part: 'params' | 'tags', name: string): Promise<WholeValue> {
    const body = { run, part, name };
    return request(this.settings, 'post', '/experiments/value', { body });
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      clearTimeout(this._timer);
      clearTimeout(this._codeTimer);
      Signal.clearData(this);
    }
  }

  private async _read(runs: readonly string[]): Promise<void> {
    this._revision = this._roomRevision();
    const ask = (packages: boolean) => {
      const body = { runs, packages };
      return request(this.settings, 'post', '/experiments/compare', { body });
    };
    try {
      const compared = await ask(false);
      this._problem = null;
      this._compared = kept(this._compared, compared);
    } catch (error) {
      this._problem = error as RequestError;
      return;
    }
    if (this._disposed) {
      return;
    }
    // A run has all its packages when it has ended.
    const version = this._compared.runs.map(run => `${run.id} ${run.status}`).join('\n');
    this._changed.emit();
    if (version === this._packagesOf) {
      return;
    }
    try {
      const packages = await ask(true);
      this._packages = kept(this._packages, packages);
      this._packagesOf = version;
      this._packagesProblem = null;
    } catch (error) {
      this._packagesProblem = error as RequestError;
    }
  }

  private async _follow(code: ICode): Promise<void> {
    const [before, after] = code.pair;
    const { settings } = this;
    let pause: number = CODE_POLL[0];
    let next: ICode = code;
    try {
      const body = { before, after };
      let diff = await request(settings, 'post', '/experiments/code', { body });
      while (diff.state === 'working' && this._code === code && !this._disposed) {
        await new Promise(done => {
          this._codeTimer = setTimeout(done, pause);
        });
        pause = Math.min(pause * 1.5, CODE_POLL[1]);
        const params = { id: diff.id };
        diff = await request(settings, 'get', '/experiments/code/{id}', { params });
      }
      next = { ...code, diff };
    } catch (error) {
      next = { ...code, problem: error as RequestError };
    }
    if (this._code === code && !this._disposed) {
      this._code = next;
      this._changed.emit();
    }
  }

  private _next(others: boolean): void {
    const runs = this._compared?.runs ?? [];
    const goesOn = runs.some(run => run.status === 'running' && run.problem === null);
    if (!this._seen) {
      return;
    }
    if (others) {
      void this.refresh();
    } else if (this._again) {
      this._timer = setTimeout(() => void this.refresh(), REST);
    } else if (goesOn) {
      this._timer = setTimeout(() => void this.refresh(), POLL);
    }
  }

  private _onRoom(): void {
    if (this._seen && this._roomRevision() !== this._revision) {
      this._revision = this._roomRevision();
      this._again = true;
      if (!this._asking) {
        clearTimeout(this._timer);
        this._next(false);
      }
    }
  }

  private _roomRevision(): string {
    const { state } = this.room;
    return state === null ? '' : `${state.server}/${state.revision}`;
  }

  private readonly _changed = new Signal<this, void>(this);
  private _ids: readonly string[] = [];
  private _compared: Compared | null = null;
  private _packages: Compared | null = null;
  private _packagesOf = '';
  private _packagesProblem: RequestError | null = null;
  private _code: ICode | null = null;
  private _problem: RequestError | null = null;
  private _late = false;
  private _seen = false;
  private _asking = false;
  private _again = false;
  private _revision = '';
  private _disposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _codeTimer: ReturnType<typeof setTimeout> | undefined;
}

/** The new answer, with the old rows where they say the same: those are not drawn again. */
export function kept(old: Compared | null, now: Compared): Compared {
  const known = new Map(old?.rows.map(row => [`${row.part} ${row.name}`, row]));
  const rows = now.rows.map(row => {
    const before = known.get(`${row.part} ${row.name}`);
    return before && alike(before, row) ? before : row;
  });
  const runs = now.runs.map((run, at) => {
    const before = old?.runs[at];
    return before && JSON.stringify(before) === JSON.stringify(run) ? before : run;
  });
  return { ...now, runs, rows };
}

function alike(one: ComparedRow, other: ComparedRow): boolean {
  const same = (a: readonly unknown[], b: readonly unknown[]) =>
    a.length === b.length && a.every((value, at) => value === b[at]);
  return (
    one.differs === other.differs &&
    same(one.values, other.values) &&
    same(one.odd, other.odd) &&
    same(one.unknown, other.unknown)
  );
}
