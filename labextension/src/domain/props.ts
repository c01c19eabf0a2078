/** What the domain page's views are given; they know nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../api/request';
import type { Apps, DomainState, Profiles, Settings, Spaces } from '../api/types';
import type { IAskedStop, Refusal } from './model';
import type { IListView, IPageView, Listed, Tab } from './page-state';

/** What a person can do on the page. Every one of them is a command, too. */
export interface IDomainDeeds {
  show(tab: Tab): void;
  /** Change what the page remembers. */
  set(more: Partial<IPageView>): void;
  setList(name: Listed, more: Partial<IListView>): void;
  /** Read again what is seen. */
  refresh(): void;
  /** Look at another domain, outside Studio. */
  choose(domain: string): void;
  /** The second step of stopping these rows. */
  ask(ids: readonly string[], others?: boolean): void;
  /** The second step was taken. */
  stop(asked: IAskedStop): void;
  /** The second step was not taken. */
  keep(): void;
  copy(text: string): void;
  /** Opens the Launch menu below a point of the page. */
  launch(x: number, y: number): void;
  /** A row's menu, at a point of the page. */
  menu(id: string, x: number, y: number): void;
  /** Rejects with a RequestError. */
  setIdle(minutes: number): Promise<void>;
  /** There only where the doctor's page is. */
  doctor?: () => void;
}

export interface IDomainPageProps {
  state: DomainState | null;
  settings: Settings | null;
  profiles: Profiles | null;
  spaces: Spaces | null;
  apps: Apps | null;
  /** Why the last question to the Jupyter server failed. */
  error: RequestError | null;
  /** When it last answered. */
  answeredAt: Date | null;
  /** Its first answer is late. */
  slow: boolean;
  /** Why it does not look. */
  refusal: Refusal | null;
  busy: ReadonlySet<string>;
  refusals: ReadonlyMap<string, Refusal>;
  asked: IAskedStop | null;
  view: IPageView;
  /** Pixels that the page has. */
  width: number;
  trans: TranslationBundle;
  deeds: IDomainDeeds;
}
