/** Open documents, and what of them is used; `@jupyterlab/notebook` itself is not needed. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

import type { INotebookContext } from '../experiments/notebook/lab';

/** Characters of a heading that are read; a link has fewer. */
const LONGEST_HEADING = 1000;

export interface IDocument extends Widget {
  readonly context: INotebookContext;
}

export interface ICell extends Widget {
  readonly model: {
    readonly id: string;
    readonly type: string;
    readonly sharedModel: { getSource(): string };
  };
}

export interface INotebook extends IDocument {
  readonly content: Widget & {
    readonly widgets: readonly ICell[];
    readonly activeCell: ICell | null;
    activeCellIndex: number;
    mode: 'command' | 'edit';
    deselectAll(): void;
    scrollToItem?(index: number, align?: string): Promise<void>;
  };
}

export function asDocument(widget: Widget | null | undefined): IDocument | null {
  const { context } = (widget ?? {}) as { context?: { path?: unknown } };
  return typeof context?.path === 'string' ? (widget as IDocument) : null;
}

export function asNotebook(widget: Widget | null | undefined): INotebook | null {
  const document = asDocument(widget);
  return document?.hasClass('jp-NotebookPanel') === true ? (document as INotebook) : null;
}

/** The document in which a node stands; without one, the one that the person is in. */
export function documentOf(app: JupyterFrontEnd, node?: Node): IDocument | null {
  if (!node) {
    return asDocument(app.shell.currentWidget);
  }
  for (const widget of app.shell.widgets('main')) {
    if (widget.node.contains(node)) {
      return asDocument(widget);
    }
  }
  return asDocument(app.shell.currentWidget);
}

/** Where a document is open already; `path` as the server calls the file. */
export function openDocument(app: JupyterFrontEnd, path: string): IDocument | null {
  const { contents } = app.serviceManager;
  for (const widget of app.shell.widgets('main')) {
    const document = asDocument(widget);
    if (document && contents.localPath(document.context.path) === path) {
      return document;
    }
  }
  return null;
}

/** The heading that a Markdown cell begins with, as it is read; empty: with none. */
export function headingOf(cell: ICell): string {
  if (cell.model.type !== 'markdown') {
    return '';
  }
  const [line = ''] = cell.model.sharedModel.getSource().trimStart().split('\n', 1);
  return headingText(line);
}

/** The text of a line that is a heading: without marks for links and emphasis. */
export function headingText(line: string): string {
  const text = /^#{1,6}[ \t]+(.*)$/u.exec(line.trim())?.[1] ?? '';
  let end = text.length;
  // Not by an expression: of a stranger's long line it would take the square of its length.
  while (end > 0 && ' \t#'.includes(text.charAt(end - 1))) {
    end -= 1;
  }
  return text
    .slice(0, Math.min(end, LONGEST_HEADING))
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1')
    .replace(/[*_`]/gu, '')
    .trim();
}
