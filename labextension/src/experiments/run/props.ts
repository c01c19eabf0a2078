/** What the page of one run is given; it knows nothing else. */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../../api/request';
import type {
  Curve,
  FileContent,
  RunFiles,
  RunKept,
  RunShown,
  WholeValue
} from '../../api/types';

import type { IJobDeeds } from '../training/job-part';
import type { IJob } from '../training/model';

/** What a person can do there. Promises reject with a `RequestError`. */
export interface IRunDeeds {
  /** Back to the table, with the run's experiment. */
  table(): void;
  /** Chooses this run beside those that are chosen, and shows the table. */
  compare(): void;
  openNotebook(path: string): void;
  openRun(id: string): void;
  reproduce?(): void;
  /** Makes a link to the run, and copies it. */
  copyLink(): void;
  /** The run's menu, at a point of the page. */
  menu(x: number, y: number): void;
  setTags(tags: Readonly<Record<string, string | null>>): Promise<void>;
  whole(part: 'params' | 'tags' | 'note', name: string): Promise<WholeValue>;
  files(folder: string): Promise<RunFiles>;
  file(path: string): Promise<FileContent>;
  /** Saves a file of the run as one of the person's downloads. */
  save(path: string): Promise<void>;
  copy(text: string): void;
  /** Read the run again. */
  again(): void;
  job?: IJobDeeds;
}

export interface IRunPageProps {
  /** The page's id. */
  id: string;
  /** null: not read yet. */
  shown: RunShown | null;
  kept: RunKept | null;
  keptProblem: RequestError | null;
  notebook: FileContent | null;
  notebookProblem: RequestError | null;
  curves: readonly Curve[] | null;
  /** Its training job; null: it was in none. */
  job: IJob | null;
  /** Why the last question failed. */
  problem: RequestError | null;
  /** It was there, and is not any more. */
  gone: boolean;
  /** Nothing was answered for 3 s. */
  late: boolean;
  /** JupyterLab's; null: text is shown as it is written. */
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
  deeds: IRunDeeds;
}

/** What the parts of the page have in common; the run is there. */
export type IPartProps = Omit<IRunPageProps, 'shown'> & { shown: RunShown };
