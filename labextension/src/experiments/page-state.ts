/** What the page itself remembers: how the table is looked at, and what is chosen. No React. */

import { Signal, type ISignal } from '@lumino/signaling';

import type { Chosen } from './table/selection';
import { FIRST_VIEW, type ITableView } from './table/view-state';

/** "Best of" a metric, opened below its heading. */
export interface IBestAsked {
  /** The column's key; '': the one that the table is sorted by, or the first. */
  readonly of: string;
  /** Pixels from the left of the list. */
  readonly x: number;
}

export class PageState {
  get view(): ITableView {
    return this._view;
  }

  /** Runs that were chosen, with the letters that they keep. */
  get chosen(): Chosen {
    return this._chosen;
  }

  set chosen(chosen: Chosen) {
    this._chosen = chosen;
    this._changed.emit('chosen');
  }

  /** The run that commands without an argument mean. */
  get current(): string | null {
    return this._current;
  }

  set current(current: string | null) {
    if (current !== this._current) {
      this._current = current;
      this._changed.emit('current');
    }
  }

  /** The best runs of a metric are told; null: they are not. */
  get best(): IBestAsked | null {
    return this._best;
  }

  set best(best: IBestAsked | null) {
    this._best = best;
    this._changed.emit('best');
  }

  /** Emits what differs. */
  get changed(): ISignal<this, 'view' | 'chosen' | 'current' | 'best'> {
    return this._changed;
  }

  set(more: Partial<ITableView>): void {
    this._view = { ...this._view, ...more };
    this._changed.emit('view');
  }

  private _view: ITableView = FIRST_VIEW;
  private _chosen: Chosen = new Map();
  private _current: string | null = null;
  private _best: IBestAsked | null = null;
  private readonly _changed = new Signal<this, 'view' | 'chosen' | 'current' | 'best'>(
    this
  );
}
