/** What a link is asked for: the document, cell, heading, file or run, and where it stands. */

import type { CommandRegistry } from '@lumino/commands';
import { Menu, type Widget } from '@lumino/widgets';

import { BY_PERSON, COMMANDS } from '../commands';
import { asNotebook, documentOf, headingOf, openDocument } from '../documents';
import type { ILinksRoom } from '../room';
import { showLink } from './popover';
import { fileTarget, runTarget, type ITarget } from './target';

/** What was chosen; a node is what a context menu was open on, or the control. */
export interface IWanted {
  readonly what: 'page' | 'cell' | 'heading' | 'file' | 'run' | 'mine';
  readonly node?: Element;
  readonly run?: string;
  readonly name?: string;
}

/** Shows the popover; where there is nothing to link to, nothing happens. */
export function showWanted(
  room: ILinksRoom,
  wanted: IWanted,
  anchor: DOMRect | undefined,
  isByPerson: boolean
): void {
  const { app, trans, registry } = room;
  const target = found(room, wanted);
  if (target || wanted.what === 'mine') {
    const at = anchor ?? middle(app.shell.currentWidget);
    showLink({ app, trans, registry, target, anchor: at, isByPerson });
  }
}

/** The menu of the toolbar's arrow. */
export function showMore(commands: CommandRegistry, at: Element): void {
  const menu = new Menu({ commands });
  for (const command of [COMMANDS.copyCell, COMMANDS.copyHeading]) {
    menu.addItem({ command, args: BY_PERSON });
  }
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: COMMANDS.made });
  menu.addItem({ command: COMMANDS.open });
  const { left, bottom } = at.getBoundingClientRect();
  menu.open(left, bottom);
}

function found(room: ILinksRoom, wanted: IWanted): ITarget | null {
  const { what, node, run = '', name = '' } = wanted;
  switch (what) {
    case 'mine':
      return null;
    case 'run':
      return runTarget(run, name || run.slice(run.indexOf('.') + 1));
    case 'file':
      return selectedFile(room, node);
    case 'page':
    case 'cell':
    case 'heading':
      return inDocument(room, what, node);
  }
}

function inDocument(
  { app }: ILinksRoom,
  what: 'page' | 'cell' | 'heading',
  node: Element | undefined
): ITarget | null {
  const title = node?.querySelector<HTMLElement>('.jp-tocItem-content')?.title.trim();
  const document = documentOf(app, title === undefined ? node : undefined);
  if (!document) {
    return null;
  }
  const { context } = document;
  const notebook = asNotebook(document);
  const { widgets = [], activeCell = null } = notebook?.content ?? {};
  const cell = widgets.find(one => one.node === node) ?? activeCell;
  if (what === 'heading') {
    const heading = title ?? (cell ? headingOf(cell) : '');
    return heading === '' ? null : fileTarget(context.path, { context, heading });
  }
  return what === 'cell' && !cell
    ? null
    : fileTarget(context.path, { context, cell: cell?.model.id ?? '' });
}

interface IFileBrowser extends Widget {
  selectedItems(): Iterable<{ readonly path: string; readonly type: string }>;
}

/** The one file that is chosen in the file browser at this node. */
function selectedFile({ app }: ILinksRoom, node: Element | undefined): ITarget | null {
  const { contents } = app.serviceManager;
  for (const area of ['left', 'right', 'main']) {
    for (const widget of app.shell.widgets(area)) {
      if (node && widget.node.contains(node) && 'selectedItems' in widget) {
        const chosen = [...(widget as IFileBrowser).selectedItems()];
        const [file] = chosen;
        const context = openDocument(app, contents.localPath(file?.path ?? ''))?.context;
        return file && chosen.length === 1 && file.type !== 'directory'
          ? fileTarget(file.path, { context: context ?? null })
          : null;
      }
    }
  }
  return null;
}

/** Where a popover without a control stands: at the top of the page that one is on. */
function middle(widget: Widget | null): DOMRect {
  const { left, top, width } =
    widget?.node.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, 0);
  return new DOMRect(left + Math.max(0, width / 2 - 190), top, 0, 24);
}
