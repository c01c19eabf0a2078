/** What the page of a comparison is given; it knows nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../../api/request';
import type { Compared, WholeValue } from '../../api/types';
import type { IExperimentsDeeds } from '../props';
import type { IRuns } from '../table/columns';
import type { Chosen } from '../table/selection';
import type { ITableView } from '../table/view-state';
import type { ICode } from './model';
import type { ICompareView } from './view-state';

/** What a person can do there. */
export interface ICompareDeeds {
  /** Change how it is looked at. */
  set(more: Partial<ICompareView>): void;
  setRuns(ids: readonly string[]): void;
  /** Compare the code of two runs, unless it was. */
  compareCode(pair: readonly [string, string]): void;
  /** The same, whatever is known. */
  compareCodeAgain(pair: readonly [string, string]): void;
  whole(run: string, part: 'params' | 'tags', name: string): Promise<WholeValue>;
  copy(text: string): void;
  /** Save this text as a file. */
  save(text: string): void;
  again(): void;
  open?(id: string): void;
  reproduce?(id: string): void;
  readCurves?: IExperimentsDeeds['readCurves'];
  /** Of the table: what parallel coordinates do. */
  table: IExperimentsDeeds;
}

export interface ICompareProps {
  /** The page's ids, in the order of their letters. */
  ids: readonly string[];
  letters: Chosen;
  /** Names that are known before the runs were read, by id. */
  names: ReadonlyMap<string, string>;
  /** Null: not read yet. */
  compared: Compared | null;
  packages: Compared | null;
  packagesProblem: RequestError | null;
  code: ICode | null;
  problem: RequestError | null;
  /** The first answer is late. */
  late: boolean;
  view: ICompareView;
  /** Runs that were asked for, and are too many. */
  leftOut: number;
  /** The table's runs: those to add, and those around in parallel coordinates. */
  runs: IRuns;
  /** How the table is looked at. */
  tableView: ITableView;
  chosen: Chosen;
  trans: TranslationBundle;
  deeds: ICompareDeeds;
}

/** A run as it is drawn. */
export interface IRunHead {
  readonly id: string;
  readonly letter: string;
  readonly name: string;
  readonly person: string;
  readonly started: number | null;
  readonly status: string;
  /** Why it could not be read; '' where it was. */
  readonly problem: string;
}

export function headsOf(props: ICompareProps): IRunHead[] {
  const { ids, letters, names, compared } = props;
  const read = new Map(compared?.runs.map(run => [run.id, run]));
  return ids.map(id => {
    const run = read.get(id);
    return {
      id,
      letter: letters.get(id) ?? '',
      name: run?.name || names.get(id) || id.slice(id.indexOf('.') + 1).slice(0, 12),
      person: run?.person ?? '',
      started: run?.started ?? null,
      status: run?.status ?? '',
      problem: run?.problem?.message ?? ''
    };
  });
}
