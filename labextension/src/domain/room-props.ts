/** What the panel's header and its domain room are given; they know nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../api/request';
import type { Apps, DomainState } from '../api/types';
import type { Refusal } from './model';

/** What a person can do there. Every one of them is a command, too. */
export interface IPanelDeeds {
  /** Opens the Launch menu below a point of the page. */
  launch(x: number, y: number): void;
  /** Opens the domain's page. */
  page(): void;
  /** Look at another domain, outside Studio. */
  choose(domain: string): void;
  /** Read again what is seen. */
  again(): void;
  copy(text: string): void;
  /** Rejects with a RequestError. */
  setIdle(minutes: number): Promise<void>;
  /** The second step was taken. */
  stop(id: string): void;
  doctor(): void;
}

export interface IPanelProps {
  state: DomainState | null;
  apps: Apps | null;
  /** Why the last question to the Jupyter server failed. */
  error: RequestError | null;
  /** Its first answer is late. */
  slow: boolean;
  /** Why it does not look. */
  refusal: Refusal | null;
  busy: ReadonlySet<string>;
  refusals: ReadonlyMap<string, Refusal>;
  /** Too narrow for words on buttons. */
  narrow: boolean;
  trans: TranslationBundle;
  deeds: IPanelDeeds;
}
