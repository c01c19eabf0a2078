/**
 * The runs of one notebook, and the keeping of the notebook with them: no React, no DOM.
 *
 * A sweep of many cells becomes few questions and few saves. Of a cell that runs for long the
 * runs are asked for again and again while it is seen.
 */

import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { RequestError } from '../../api/request';
import type { KernelRun, KernelRuns, NotebookKept, SavedNotebook } from '../../api/types';
import type { INews } from './executions';
import type { Saving } from './saving';

/** Milliseconds without a further cell before a notebook is kept; and with further ones. */
export const QUIET = 700;
export const BUSY = 5000;

/** Milliseconds before a cell that runs is asked for, and between two questions. */
export const LIVE = 1500;

/** What stands below one cell. */
export interface ICellRuns {
  /** Newest first. */
  readonly runs: readonly KernelRun[];
  /** Of the newest run's metric, step by step. */
  readonly values: readonly number[];
  /** Why the notebook is not kept as it is. */
  readonly trouble: Trouble | null;
}

export type Trouble =
  | { readonly why: 'refused'; readonly message: string; readonly hint: string }
  | { readonly why: Exclude<Saving, 'saved'>; readonly saved: number }
  | { readonly why: 'elsewhere' };

export interface IWatchOptions {
  readonly executions: {
    readonly kernel: string | null;
    readonly order: SavedNotebook['executions'];
    readonly running: readonly string[];
  };
  /** Whether somebody sees the notebook. */
  seen(): boolean;
  /** The notebook's path on this server; null: it is elsewhere. */
  path(): string | null;
  save(): Promise<Saving>;
  runs(kernel: string): Promise<KernelRuns>;
  keep(kernel: string, saved: SavedNotebook): Promise<NotebookKept>;
  /** The last values of each run's metric. */
  curves(runs: readonly KernelRun[]): Promise<ReadonlyMap<string, readonly number[]>>;
}

export class Watch implements IDisposable {
  constructor(private readonly options: IWatchOptions) {}

  /** Emits when anything that is shown differs. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** By cell. */
  get cells(): ReadonlyMap<string, ICellRuns> {
    return this._cells;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._live);
    Signal.clearData(this);
  }

  onNews({ cell, what, records }: INews): void {
    if (what === 'began') {
      this._begin(cell);
      if (records) {
        this._look();
      }
    } else if (records || this._open()) {
      this._soon();
    }
  }

  /** A cell that runs again shows what it records now, not what it recorded then. */
  private _begin(cell: string): void {
    for (const run of this._cells.get(cell)?.runs ?? []) {
      this._past.add(run.id);
    }
    if (this._cells.delete(cell)) {
      this._changed.emit();
    }
  }

  /** Whether a run that an earlier cell began goes on. */
  private _open(): boolean {
    return [...this._cells.values()].some(({ runs }) =>
      runs.some(run => run.status === 'running')
    );
  }

  private _look(): void {
    clearTimeout(this._live);
    this._live = setTimeout(async () => {
      if (this._disposed || this.options.executions.running.length === 0) {
        return;
      }
      if (this.options.seen()) {
        await this._ask();
      }
      if (!this._disposed) {
        this._look();
      }
    }, LIVE);
  }

  private _soon(): void {
    const now = Date.now();
    this._since ??= now;
    clearTimeout(this._timer);
    const wait = Math.min(QUIET, Math.max(0, this._since + BUSY - now));
    this._timer = setTimeout(() => void this._pass(), wait);
  }

  private async _pass(): Promise<void> {
    if (this._passing) {
      this._again = true;
      return;
    }
    this._passing = true;
    this._since = null;
    try {
      if (await this._ask()) {
        await this._keep();
      }
    } finally {
      this._passing = false;
    }
    if (this._again && !this._disposed) {
      this._again = false;
      this._soon();
    }
  }

  /** Asks for the runs; answers whether the notebook is to be kept with one of them. */
  private async _ask(): Promise<boolean> {
    const { kernel } = this.options.executions;
    if (kernel === null) {
      return false;
    }
    try {
      const { runs } = await this.options.runs(kernel);
      await this._take(runs);
      return runs.some(run => !run.notebook && this._ran(run.cell));
    } catch {
      return false; // the panel says what is wrong with the store
    }
  }

  private async _keep(): Promise<void> {
    const { executions } = this.options;
    const { kernel } = executions;
    const path = this.options.path();
    if (kernel === null || this._disposed) {
      return;
    }
    if (path === null) {
      this._trouble({ why: 'elsewhere' });
      return;
    }
    // As of before the save: what ends during it may be in the file half.
    const { order, running } = executions;
    const saving = await this.options.save();
    try {
      const kept = await this.options.keep(kernel, { path, executions: order, running });
      await this._take(kept.runs);
      this._trouble(saving === 'saved' ? null : { why: saving, saved: kept.saved });
    } catch (error) {
      const { message, hint } = error as RequestError;
      this._trouble({ why: 'refused', message, hint });
    }
  }

  private _ran(cell: string): boolean {
    return this.options.executions.order.some(one => one.cell === cell);
  }

  private async _take(runs: readonly KernelRun[]): Promise<void> {
    const shown = new Map<string, KernelRun[]>();
    for (const run of runs) {
      if (!this._past.has(run.id)) {
        shown.set(run.cell, [...(shown.get(run.cell) ?? []), run]);
      }
    }
    for (const [cell, its] of shown) {
      const before = this._cells.get(cell);
      const values = before?.runs[0]?.id === its[0]?.id ? (before?.values ?? []) : [];
      this._cells.set(cell, { runs: its, values, trouble: before?.trouble ?? null });
    }
    this._emit();
    const newest = [...shown.values()].flatMap(its => its.slice(0, 1));
    await this._curves(newest.filter(run => run.metric !== '' && this._drawn(run)));
  }

  /** Whether its curve may be another one than was drawn. */
  private _drawn(run: KernelRun): boolean {
    return run.status === 'running' || this._cells.get(run.cell)?.values.length === 0;
  }

  private async _curves(runs: readonly KernelRun[]): Promise<void> {
    if (runs.length === 0) {
      return;
    }
    try {
      const values = await this.options.curves(runs);
      for (const run of runs) {
        const cell = this._cells.get(run.cell);
        const its = values.get(run.id);
        if (cell?.runs[0]?.id === run.id && its) {
          this._cells.set(run.cell, { ...cell, values: its });
        }
      }
      this._emit();
    } catch {
      // Then there is the last value alone.
    }
  }

  /** Below the cells whose runs have no notebook yet. */
  private _trouble(trouble: Trouble | null): void {
    for (const [cell, its] of this._cells) {
      const told = its.runs.some(run => !run.notebook) ? trouble : null;
      this._cells.set(cell, { ...its, trouble: told });
    }
    this._emit();
  }

  private _emit(): void {
    if (!this._disposed) {
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _cells = new Map<string, ICellRuns>();
  private readonly _past = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _live: ReturnType<typeof setTimeout> | undefined;
  private _since: number | null = null;
  private _passing = false;
  private _again = false;
  private _disposed = false;
}
