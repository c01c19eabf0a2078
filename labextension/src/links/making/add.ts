/** Adds "Copy link" wherever there is something to link to; the rest is loaded when first used. */

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Menu, type Widget } from '@lumino/widgets';

import { linkIcon } from '../../shell/icons';
import { BY_PERSON, COMMANDS, isByPerson } from '../commands';
import {
  asNotebook,
  documentOf,
  headingOf,
  openDocument,
  type ICell,
  type INotebook
} from '../documents';
import type { ILinksRoom } from '../room';
import type { IAnchor } from './place';
import { fileTarget, runTarget, type ITarget } from './target';
import { copyButton } from './toolbar';

/** Arguments of a context menu's item. */
const POINTER = { ...BY_PERSON, at: 'pointer' };

const FILE = '.jp-DirListing-item[data-isdir="false"]';
const CELL = '.jp-Notebook .jp-Cell';
const TOC_ITEM = '.jp-TableOfContents-content[data-document-type="notebook"] .jp-tocItem';

export function addMaking(room: ILinksRoom): void {
  const { app, trans } = room;
  const { commands } = app;
  const show = async (
    target: ITarget | null,
    anchor: IAnchor | undefined,
    isByPerson: boolean
  ) => {
    const at = anchor ?? middle(app.shell.currentWidget);
    const { showLink } = await import('./popover');
    const { registry } = room;
    showLink({ app, trans, registry, target, anchor: at, isByPerson });
  };
  /** What a context menu is open on; only its items are told so. */
  const hit = (args: ReadonlyPartialJSONObject, selector: string) =>
    args.at === POINTER.at
      ? app.contextMenuHitTest(node => node.matches(selector))
      : undefined;

  const inNotebook = (notebook: INotebook, cell: ICell | null): ITarget => {
    const { context } = notebook;
    return fileTarget(context.path, { context, cell: cell?.model.id ?? '' });
  };
  const current = (): ITarget | null => {
    const document = documentOf(app);
    const notebook = asNotebook(document);
    if (notebook) {
      return inNotebook(notebook, notebook.content.activeCell);
    }
    const { context } = document ?? {};
    return context ? fileTarget(context.path, { context }) : null;
  };
  /** The cell that a context menu is open on; else the one that the person is in. */
  const cellAt = (node: Element | undefined) => {
    const notebook = asNotebook(documentOf(app, node));
    const cell =
      notebook?.content.widgets.find(one => one.node === node) ??
      notebook?.content.activeCell;
    return notebook && cell ? { notebook, cell } : null;
  };
  const headingAt = (args: ReadonlyPartialJSONObject): ITarget | null => {
    const item = hit(args, TOC_ITEM)?.querySelector<HTMLElement>('.jp-tocItem-content');
    if (item) {
      const { context } = asNotebook(documentOf(app)) ?? {};
      const heading = item.title.trim();
      return context && heading ? fileTarget(context.path, { context, heading }) : null;
    }
    const found = cellAt(hit(args, CELL));
    const heading = found ? headingOf(found.cell) : '';
    return found && heading ? { ...inNotebook(found.notebook, null), heading } : null;
  };
  const copies = (
    id: string,
    label: string,
    find: (args: ReadonlyPartialJSONObject) => ITarget | null,
    at: (args: ReadonlyPartialJSONObject) => Element | undefined
  ) =>
    commands.addCommand(id, {
      label,
      icon: linkIcon,
      isEnabled: args => find(args) !== null,
      isVisible: args => find(args) !== null,
      execute: args => {
        const [target, anchor] = [find(args), at(args)?.getBoundingClientRect()];
        // Called by anything else, it asks before it makes a link: that may send something.
        return target && show(target, anchor, isByPerson(args));
      }
    });

  copies(COMMANDS.copy, trans.__('Copy link'), current, () => undefined);
  copies(
    COMMANDS.copyCell,
    trans.__('Copy link to this cell'),
    args => {
      const found = cellAt(hit(args, CELL));
      return found && inNotebook(found.notebook, found.cell);
    },
    args => hit(args, CELL)
  );
  copies(
    COMMANDS.copyHeading,
    trans.__('Copy link to this heading'),
    headingAt,
    args => hit(args, TOC_ITEM) ?? hit(args, CELL)
  );
  copies(
    COMMANDS.copyFile,
    trans.__('Copy link'),
    args => selectedFile(room, hit(args, FILE)),
    args => hit(args, FILE)
  );
  copies(
    COMMANDS.copyRun,
    trans.__('Copy link to the run'),
    ({ id, name }) => {
      const run = typeof id === 'string' ? id : '';
      const called = typeof name === 'string' && name !== '' ? name : '';
      return run.includes('.')
        ? runTarget(run, called || run.slice(run.indexOf('.') + 1))
        : null;
    },
    () => undefined
  );
  commands.addCommand(COMMANDS.made, {
    label: trans.__('My links'),
    caption: trans.__('The snapshots that you shared from here, to copy or to delete'),
    icon: linkIcon,
    execute: () => show(null, undefined, false)
  });

  const menu = (command: string, selector: string, rank: number) =>
    app.contextMenu.addItem({ command, selector, rank, args: POINTER });
  menu(COMMANDS.copyFile, FILE, 17); // where JupyterLab's own "Copy Shareable Link" was
  menu(COMMANDS.copyCell, CELL, 9.1);
  menu(COMMANDS.copyHeading, CELL, 9.2);
  menu(COMMANDS.copyHeading, TOC_ITEM, 10);
  for (const command of [COMMANDS.copy, COMMANDS.copyHeading]) {
    room.palette?.addItem({ command, category: 'Onboard', args: BY_PERSON });
  }
  room.palette?.addItem({ command: COMMANDS.made, category: 'Onboard' });

  room.toolbars?.addFactory('Notebook', 'copy-link', (panel: Widget) =>
    copyButton(
      trans,
      at => {
        const notebook = asNotebook(panel);
        if (notebook) {
          void show(inNotebook(notebook, notebook.content.activeCell), at, true);
        }
      },
      at => more(room, at)
    )
  );
}

function more({ app: { commands } }: ILinksRoom, at: Element): void {
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

interface IFileBrowser extends Widget {
  selectedItems(): Iterable<{ readonly path: string; readonly type: string }>;
}

/** The one file that is chosen in the file browser at this node. */
function selectedFile(room: ILinksRoom, node: Element | undefined): ITarget | null {
  const { app } = room;
  const localPath = (path: string) => app.serviceManager.contents.localPath(path);
  for (const area of ['left', 'right', 'main']) {
    for (const widget of app.shell.widgets(area)) {
      if (node && widget.node.contains(node) && 'selectedItems' in widget) {
        const chosen = [...(widget as IFileBrowser).selectedItems()];
        const [file] = chosen;
        return file && chosen.length === 1 && file.type !== 'directory'
          ? fileTarget(file.path, {
              context: openDocument(app, localPath(file.path))?.context ?? null
            })
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
