/** What the experiments page is given; it knows nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Curves, CurvesAsked } from '../api/types';
import type { Refusal } from '../domain/model';
import type { IBestAsked } from './page-state';
import type { IRuns } from './table/columns';
import type { Chosen } from './table/selection';
import type { ITableView } from './table/view-state';

/** What a person can do on the page. Every one of them is a command, too. */
export interface IExperimentsDeeds {
  /** Change how the table is looked at. */
  set(more: Partial<ITableView>): void;
  choose(chosen: Chosen): void;
  setCurrent(line: string | null): void;
  /** Those that lead to other pages; there is no button where one is not there. */
  open?(id: string): void;
  compare?(ids: readonly string[]): void;
  reproduce?(id: string): void;
  /** Tag the chosen runs. */
  tag?(): void;
  /** A run's menu, at a point of the page. */
  menu(id: string, x: number, y: number): void;
  /** Choose experiments, below a point of the page. */
  chooseExperiments(x: number, y: number): void;
  /** Save this text as a file. */
  saveCsv(text: string): void;
  copy(text: string): void;
  /** Copy a link to the table as it is looked at. */
  copyLink?(): void;
  /** Read again what is seen. */
  refresh(): void;
  /** Tell which runs are and were the best of a metric; null: no longer. */
  best?(asked: IBestAsked | null): void;
  /** Curves of runs; there are none without it. */
  readCurves?(asked: CurvesAsked, signal?: AbortSignal): Promise<Curves>;
}

export interface IExperimentsPageProps {
  runs: IRuns;
  /** `loading`: nothing is known yet; what is known is shown in every state. */
  state: 'loading' | 'ready' | 'failed';
  /** Why runs, or some of them, are not here. */
  problem: Refusal | null;
  /** Who has not answered for 3 s; '' while nobody is late. */
  late: string;
  /** Names of the chosen experiments. */
  experiments: readonly string[];
  /** Names of the stores they are in. */
  stores: readonly string[];
  /** The store that notebooks record in, and why it is not the one that is meant to be. */
  recording?: { name: string; note: string };
  view: ITableView;
  chosen: Chosen;
  /** The line with the tab stop: a run's id. */
  current: string | null;
  /** Which metric's best runs are told. */
  best?: IBestAsked | null;
  trans: TranslationBundle;
  deeds: IExperimentsDeeds;
}
