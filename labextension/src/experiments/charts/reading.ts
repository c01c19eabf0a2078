/**
 * The curves that are on the page: asked for in parts, kept, and read anew while their runs
 * record. No React, no DOM.
 */

import { Signal, type ISignal } from '@lumino/signaling';

import type { Curve, Curves, CurvesAsked } from '../../api/types';

/** Runs of one question: the first curves are seen while the rest is read. */
const TOGETHER = 20;
/** Questions at a time. */
const AT_ONCE = 2;
/** Milliseconds between two readings of a curve that grows. */
const PAUSE = 2000;
/** Curves that are kept. */
const KEPT = 2000;

export interface IWanted {
  readonly id: string;
  /** Another one: the run has recorded since. */
  readonly version: string;
}

/** Points of one curve as numbers; NaN and infinite ones, too. */
export interface IPoints {
  readonly steps: readonly number[];
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly total: number;
  readonly sampled: boolean;
  readonly evenly: boolean;
}

interface IKept {
  readonly version: string;
  /** When it was asked for. */
  readonly at: number;
  /** Null: the run has no such curve. */
  readonly points: IPoints | null;
}

export type AskCurves = (asked: CurvesAsked, signal: AbortSignal) => Promise<Curves>;

export class CurvesReading {
  constructor(
    private readonly ask: AskCurves,
    private readonly now: () => number = () => Date.now()
  ) {}

  /** Emits when curves came, or did not. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Parts that are being read. */
  get working(): number {
    return this._working;
  }

  /** Why the last question failed as a whole; '' when it did not. */
  get failed(): string {
    return this._failed;
  }

  /** Why curves of a run could not be read, by id. */
  get problems(): ReadonlyMap<string, string> {
    return this._problems;
  }

  pointsOf(id: string, metric: string): IPoints | null {
    return this._kept.get(keyOf(id, metric))?.points ?? null;
  }

  /** Whether it was asked for and answered. */
  knows(id: string, metric: string): boolean {
    return this._kept.has(keyOf(id, metric));
  }

  /** These are on the page now; what is not here yet, or is older, is read. */
  want(runs: readonly IWanted[], metrics: readonly string[], points: number): void {
    this._wanted = { runs, metrics, points };
    this._go();
  }

  /** Read all again that is on the page. */
  again(): void {
    this._failed = '';
    this._problems.clear();
    this._kept.clear();
    this._go();
  }

  dispose(): void {
    this._abort.abort();
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private _go(): void {
    clearTimeout(this._timer);
    const { runs, metrics, points } = this._wanted;
    let soonest = Infinity;
    for (const metric of metrics) {
      const due: IWanted[] = [];
      for (const run of runs) {
        const key = keyOf(run.id, metric);
        const kept = this._kept.get(key);
        const wait = kept === undefined ? 0 : kept.at + PAUSE - this.now();
        if (kept?.version === run.version || this._asked.has(key)) {
          continue;
        }
        if (wait > 0) {
          soonest = Math.min(soonest, wait);
        } else if (!this._problems.has(run.id)) {
          due.push(run);
        }
      }
      while (due.length > 0 && this._working < AT_ONCE && this._failed === '') {
        void this._read(due.splice(0, TOGETHER), metric, points);
      }
    }
    if (soonest < Infinity) {
      this._timer = setTimeout(() => this._go(), soonest);
    }
  }

  private async _read(
    runs: readonly IWanted[],
    metric: string,
    points: number
  ): Promise<void> {
    const keys = runs.map(run => keyOf(run.id, metric));
    keys.forEach(key => this._asked.add(key));
    this._working += 1;
    const at = this.now();
    try {
      const told = await this.ask(
        { runs: runs.map(run => run.id), metrics: [metric], points },
        this._abort.signal
      );
      const found = new Map(told.curves.map(curve => [curve.run, curve]));
      for (const { id, version } of runs) {
        const curve = found.get(id);
        const kept = { version, at, points: curve ? pointsOf(curve) : null };
        this._kept.delete(keyOf(id, metric)); // the newest is last
        this._kept.set(keyOf(id, metric), kept);
      }
      for (const { run, problem } of told.problems) {
        this._problems.set(run, problem.message);
      }
      for (const key of this._kept.keys()) {
        if (this._kept.size <= KEPT) {
          break;
        }
        this._kept.delete(key);
      }
    } catch (error) {
      this._failed = error instanceof Error ? error.message : String(error);
    }
    keys.forEach(key => this._asked.delete(key));
    this._working -= 1;
    if (!this._abort.signal.aborted) {
      this._changed.emit();
      this._go();
    }
  }

  private _wanted: {
    runs: readonly IWanted[];
    metrics: readonly string[];
    points: number;
  } = { runs: [], metrics: [], points: 0 };
  private readonly _kept = new Map<string, IKept>();
  private readonly _asked = new Set<string>();
  private readonly _problems = new Map<string, string>();
  private readonly _abort = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _working = 0;
  private _failed = '';
}

/** An id holds no line break; a metric's name may hold anything. */
function keyOf(id: string, metric: string): string {
  return `${id}\n${metric}`;
}

function pointsOf(curve: Curve): IPoints {
  const { steps, times, total, sampled, evenly } = curve;
  // "NaN", "Infinity": numbers that JSON does not know.
  return { steps, times, values: curve.values.map(Number), total, sampled, evenly };
}
