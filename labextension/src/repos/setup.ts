/**
 * The first set-up: the panel opens by itself, and one notification goes with it from
 * the start to "Open" on the team's start notebook. Once for a server and a root; a
 * window that is opened or reloaded in between takes over where it was.
 */

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import type { ReposState } from '../api/types';
import { isWorking, type ReposModel } from './model';
import { isTrouble } from './words';

/** Remembers how far the telling went, over reloads. */
export interface IMemory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface IFirstSetupOptions {
  model: ReposModel;
  trans: TranslationBundle;
  memory: IMemory;
  opensPanel(): boolean;
  notifies(): boolean;
  /** Bring the panel to the front; `first`: it opens by itself. */
  reveal(first?: boolean): void;
  open(path: string): void;
  /** JupyterLab's, unless a test brings its own. */
  notices?: Pick<typeof Notification, 'emit' | 'update'>;
}

const KEY = 'sm-onboard:first-set-up';

export class FirstSetup implements IDisposable {
  constructor(private readonly options: IFirstSetupOptions) {
    this._notices = options.notices ?? Notification;
    options.model.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    this.options.model.changed.disconnect(this._onChanged, this);
  }

  private _onChanged(): void {
    const { model, opensPanel, notifies, reveal } = this.options;
    const state = model.state;
    if (!state?.first || state.repositories.length === 0) {
      return;
    }
    const told = this._told(state);
    // Another window may have told the end; one that shows progress has to end it, too.
    if (this._ended || (told === 'all' && this._id === null)) {
      return;
    }
    if (told === 'nothing') {
      this._remember(state, 'start');
      if (opensPanel()) {
        reveal(true);
      }
    }
    if (isWorking(state)) {
      if (notifies()) {
        this._tellProgress(state);
      }
      return;
    }
    this._remember(state, 'all');
    this._ended = true;
    if (notifies()) {
      this._tellEnd(state);
    }
  }

  private _tellProgress(state: ReposState): void {
    const { trans } = this.options;
    const { ready, total } = count(state);
    const words = `${trans.__('Setting up your team’s repositories')}: ${trans.__('%1 of %2 ready', ready, total)}`;
    this._tell(words, 'in-progress', { progress: total === 0 ? 0 : ready / total });
  }

  private _tellEnd(state: ReposState): void {
    const { trans, open, reveal } = this.options;
    const { ready, total } = count(state);
    const trouble = state.repositories.filter(isTrouble).length;
    const start = state.repositories.find(row => row.start !== null)?.start;
    const actions: Notification.IAction[] = [];
    if (start) {
      actions.push({
        label: trans.__('Open'),
        caption: trans.__('Open %1', start),
        displayType: 'accent',
        callback: () => open(start)
      });
    }
    if (trouble > 0) {
      actions.push({ label: trans.__('Show'), callback: () => reveal() });
    }
    const words =
      ready === total
        ? trans._n(
            'Your team’s repository is ready.',
            'Your team’s %1 repositories are ready.',
            ready
          )
        : [
            trans.__('%1 of %2 repositories are ready.', ready, total),
            trouble > 0 ? needs(trouble, trans) : ''
          ]
            .join(' ')
            .trim();
    this._tell(
      start ? `${words} ${trans.__('Start with %1.', start)}` : words,
      trouble > 0 ? 'warning' : 'success',
      {
        actions,
        progress: undefined,
        // Stays until read: it is told once.
        autoClose: false
      }
    );
  }

  private _tell(
    message: string,
    type: 'in-progress' | 'success' | 'warning',
    more: Notification.IOptions<string>
  ): void {
    const options = { autoClose: false as const, ...more };
    if (
      this._id !== null &&
      this._notices.update({ id: this._id, message, type, ...options })
    ) {
      return;
    }
    if (this._id === null || type !== 'in-progress') {
      // One that the person closed meanwhile comes back only with the end.
      this._id = this._notices.emit(message, type, options);
    }
  }

  private _told(state: ReposState): 'nothing' | 'start' | 'all' {
    const known = this._read();
    const name = `${state.server} ${state.root}`;
    if (known === `${name} all`) {
      return 'all';
    }
    return known === `${name} start` ? 'start' : 'nothing';
  }

  private _remember(state: ReposState, told: 'start' | 'all'): void {
    this._memory = `${state.server} ${state.root} ${told}`;
    try {
      this.options.memory.setItem(KEY, this._memory);
    } catch {
      // A browser that keeps nothing: told again after a reload, no harm.
    }
  }

  private _read(): string | null {
    try {
      return this.options.memory.getItem(KEY) ?? this._memory;
    } catch {
      return this._memory;
    }
  }

  private readonly _notices: Pick<typeof Notification, 'emit' | 'update'>;
  private _id: string | null = null;
  private _ended = false;
  private _memory: string | null = null;
  private _disposed = false;
}

function count(state: ReposState): { ready: number; total: number } {
  const rows = state.repositories.filter(row => row.state !== 'skipped');
  return { ready: rows.filter(row => row.state === 'ready').length, total: rows.length };
}

function needs(trouble: number, trans: TranslationBundle): string {
  return trans._n('%1 needs you.', '%1 need you.', trouble);
}
