/** What the page itself remembers: how the table is looked at, and what is chosen. No React. */

import { Signal, type ISignal } from '@lumino/signaling';

import type { Chosen } from './table/selection';
import { FIRST_VIEW, type ITableView } from './table/view-state';

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

  /** Emits what differs. */
  get changed(): ISignal<this, 'view' | 'chosen' | 'current'> {
    return this._changed;
  }

  set(more: Partial<ITableView>): void {
    this._view = { ...this._view, ...more };
    this._changed.emit('view');
  }

  private _view: ITableView = FIRST_VIEW;
  private _chosen: Chosen = new Map();
  private _current: string | null = null;
  private readonly _changed = new Signal<this, 'view' | 'chosen' | 'current'>(this);
}
