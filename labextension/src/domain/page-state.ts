/** What the page itself remembers: the tab, the search, what is chosen. No React, no DOM. */

import { Signal, type ISignal } from '@lumino/signaling';

import type { ISort } from './arrange';
import type { PartName, Refusal } from './model';

export const TABS = ['settings', 'profiles', 'spaces', 'apps', 'cost'] as const;
export type Tab = (typeof TABS)[number];

/** What each tab needs the server to read; the toolbar shows the domain's status. */
export const NEEDS: Record<Tab, readonly PartName[]> = {
  settings: ['here', 'settings'],
  profiles: ['here', 'settings', 'profiles'],
  spaces: ['here', 'settings', 'spaces', 'prices'],
  apps: ['here', 'settings', 'apps', 'spaces', 'others', 'prices'],
  cost: ['here', 'settings', 'apps', 'spaces', 'others', 'prices']
};

/** The parts a tab waits for, in the order in which their trouble is told. */
export const SHOWS: Record<Tab, readonly PartName[]> = {
  settings: ['settings'],
  profiles: ['profiles'],
  spaces: ['spaces'],
  apps: ['apps', 'spaces', 'others'],
  cost: ['apps', 'spaces', 'others']
};

export type Filter = 'all' | 'mine' | 'idle' | 'failed';
export type Listed = 'profiles' | 'spaces' | 'apps';

/** How one table is looked at. */
export interface IListView {
  readonly query: string;
  readonly sort: ISort;
}

export interface IPageView {
  readonly tab: Tab;
  readonly lists: Readonly<Record<Listed, IListView>>;
  readonly filter: Filter;
  /** Rows of the apps that are chosen. */
  readonly chosen: ReadonlySet<string>;
  /** The row that commands without an argument mean. */
  readonly current: string | null;
  /** The row whose failure is shown. */
  readonly why: string | null;
  /** Whether the stopped ones are shown; null: as it fits. */
  readonly stopped: boolean | null;
  /** What was asked for and not done, and belongs to no row. */
  readonly told: Refusal | null;
}

const FIRST: IPageView = {
  tab: 'apps',
  lists: {
    profiles: { query: '', sort: { by: 'modified', down: true } },
    spaces: { query: '', sort: { by: 'modified', down: true } },
    apps: { query: '', sort: { by: 'per_hour', down: true } }
  },
  filter: 'all',
  chosen: new Set(),
  current: null,
  why: null,
  stopped: null,
  told: null
};

export class PageState {
  get view(): IPageView {
    return this._view;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  set(more: Partial<IPageView>): void {
    this._view = { ...this._view, ...more };
    this._changed.emit();
  }

  setList(name: Listed, more: Partial<IListView>): void {
    const { lists } = this._view;
    this.set({ lists: { ...lists, [name]: { ...lists[name], ...more } } });
  }

  private _view = FIRST;
  private readonly _changed = new Signal<this, void>(this);
}

export function isTab(name: unknown): name is Tab {
  return TABS.some(tab => tab === name);
}
