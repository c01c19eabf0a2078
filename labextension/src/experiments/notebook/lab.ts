/** What is used of JupyterLab's notebooks; `@jupyterlab/notebook` itself is not needed. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

export interface ICell extends Widget {
  readonly model: { readonly id: string; readonly type: string };
  /** Its editor and outputs are there: cells out of sight get them late. */
  readonly ready: Promise<void>;
}

export interface INotebookPanel extends Widget {
  readonly content: Widget & {
    readonly widgets: readonly ICell[];
    readonly modelContentChanged: ISignal<unknown, unknown>;
  };
}

type Extension = Parameters<JupyterFrontEnd['docRegistry']['addWidgetExtension']>[1];
export type INotebookContext = Parameters<Extension['createNew']>[1];
