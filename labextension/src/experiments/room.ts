/**
 * What the parts of the experiments room are given by its plug-in: each part is a folder that
 * adds its commands, its pages and what a person can do on the others' pages.
 */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import type { ExperimentsModel } from './model';
import type { PageState } from './page-state';
import type { IExperimentsDeeds } from './props';

export interface IExperimentsRoom {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
  readonly model: ExperimentsModel;
  /** How the table is looked at, and the chosen runs with their letters. */
  readonly page: PageState;
  /** A part sets its own: `open`, `compare`, `reproduce`, `copyLink`. */
  readonly deeds: IExperimentsDeeds;
  readonly palette: ICommandPalette | null;
  readonly restorer: ILayoutRestorer | null;
  readonly markdown: IMarkdownParser | null;
  /** Adds a command, to the palette, too. */
  add(id: string, command: CommandRegistry.ICommandOptions): void;
  /** Commands of a run's menu, in order; each gets `{ id }`. */
  readonly runMenu: string[];
  /** Names of runs that were opened, by the page's id: the table may not have them. */
  readonly names: Map<string, string>;
  /** Whether a run that was opened was in a training job, by the page's id. */
  readonly jobs: Map<string, boolean>;
  /** Shows the table with these experiments chosen; none: as they are. */
  openTable(experiments: readonly string[]): void;
}
