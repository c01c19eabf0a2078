/** What the room's views are given; they know nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../api/request';
import type { Identity, ReposState } from '../api/types';
import type { Do, IAsked } from './model';

/** What a person can do in the room. Every one of them is a command, too. */
export interface IReposDeeds {
  /** Do it, or first ask for the second step where it takes one. */
  act(id: string, what: Do): void;
  /** The second step was taken. */
  confirm(asked: IAsked): void;
  /** The second step was not taken. */
  keep(): void;
  install(id: string): void;
  openFolder(id: string): void;
  openFile(id: string, path: string): void;
  openGit(id: string): void;
  showLog(id: string): void;
  /** A row's menu, at a point of the page. */
  menu(id: string, x: number, y: number): void;
  /** The row that commands without an argument mean. */
  select(id: string): void;
  add(): void;
  teamFile(): void;
  /** Ask the server again. */
  again(): void;
  /** Rejects with a RequestError. */
  saveIdentity(identity: Identity): Promise<void>;
  dismissIdentity(): void;
}

export interface IReposViewProps {
  state: ReposState | null;
  /** Why the last question to the server failed. */
  error: RequestError | null;
  /** When it last answered. */
  answeredAt: Date | null;
  /** The first answer is late. */
  slow: boolean;
  busy: ReadonlySet<string>;
  refusals: ReadonlyMap<string, RequestError>;
  asked: IAsked | null;
  /** Too narrow for words on buttons. */
  narrow: boolean;
  /** The person wants a second step also for what can be undone. */
  careful: boolean;
  /** jupyterlab-git is there. */
  hasGit: boolean;
  /** The person does not want to be asked who they are. */
  identityDismissed: boolean;
  trans: TranslationBundle;
  deeds: IReposDeeds;
}
