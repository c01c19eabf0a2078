/** Adds "Copy link" wherever there is something to link to; the rest is loaded when first used. */

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { linkIcon } from '../../shell/icons';
import { BY_PERSON, COMMANDS, isByPerson } from '../commands';
import type { ILinksRoom } from '../room';
import type { IWanted } from './find';
import { copyButton } from './toolbar';

/** Arguments of a context menu's item. */
const POINTER = { ...BY_PERSON, at: 'pointer' };

const FILE = '.jp-DirListing-item[data-isdir="false"]';
const CELL = '.jp-Notebook .jp-Cell';
const ITEM = '.jp-TableOfContents-content[data-document-type="notebook"] .jp-tocItem';
/** What a Markdown cell begins with, as it is drawn. */
const HEADING = '.jp-RenderedMarkdown > :is(h1, h2, h3, h4, h5, h6):first-child';

type Args = ReadonlyPartialJSONObject;

export function addMaking(room: ILinksRoom): void {
  const { app, trans, palette } = room;
  const { commands, contextMenu, shell } = app;
  const show = async (wanted: IWanted, at: Element | undefined, byPerson: boolean) => {
    // Where it is now: a menu's item may be gone when the rest is loaded.
    const anchor = at?.isConnected ? at.getBoundingClientRect() : undefined;
    (await import('./find')).showWanted(room, wanted, anchor, byPerson);
  };
  /** What a context menu is open on; only its items are told so. */
  const hit = (args: Args, selector: string): Element | undefined =>
    args.at === POINTER.at
      ? app.contextMenuHitTest(node => node.matches(selector))
      : undefined;
  const cell = (args: Args) =>
    hit(args, CELL) ?? shell.currentWidget?.node.querySelector('.jp-Cell.jp-mod-active');
  const add = (
    id: string,
    label: string,
    what: IWanted['what'],
    is: (args: Args) => unknown,
    at?: (args: Args) => Element | undefined
  ) =>
    commands.addCommand(id, {
      label,
      icon: linkIcon,
      isEnabled: args => Boolean(is(args)),
      isVisible: args => Boolean(is(args)),
      // Called by anything else, it asks before it makes a link: that may send something.
      execute: args => {
        const node = at?.(args);
        const [run, name] = [args.id, args.name].map(one =>
          typeof one === 'string' ? one : ''
        );
        return show({ what, node, run, name }, node, isByPerson(args));
      }
    });

  add(
    COMMANDS.copy,
    trans.__('Copy link'),
    'page',
    () => shell.currentWidget && 'context' in shell.currentWidget
  );
  add(COMMANDS.copyCell, trans.__('Copy link to this cell'), 'cell', cell, args =>
    hit(args, CELL)
  );
  add(
    COMMANDS.copyHeading,
    trans.__('Copy link to this heading'),
    'heading',
    args => hit(args, ITEM) ?? cell(args)?.querySelector(HEADING),
    args => hit(args, ITEM) ?? hit(args, CELL)
  );
  add(
    COMMANDS.copyFile,
    trans.__('Copy link'),
    'file',
    args => {
      const list = hit(args, FILE)?.parentElement;
      return list && list.querySelectorAll(':scope > .jp-mod-selected').length < 2;
    },
    args => hit(args, FILE)
  );
  add(
    COMMANDS.copyRun,
    trans.__('Copy link to the run'),
    'run',
    ({ id }) => typeof id === 'string' && id.includes('.')
  );
  add(COMMANDS.made, trans.__('My links'), 'mine', () => true);

  const menu = (command: string, selector: string, rank: number) =>
    contextMenu.addItem({ command, selector, rank, args: POINTER });
  menu(COMMANDS.copyFile, FILE, 17); // where JupyterLab's own "Copy Shareable Link" was
  menu(COMMANDS.copyCell, CELL, 9.1);
  menu(COMMANDS.copyHeading, CELL, 9.2);
  menu(COMMANDS.copyHeading, ITEM, 10);
  for (const command of [COMMANDS.copy, COMMANDS.copyHeading, COMMANDS.made]) {
    palette?.addItem({ command, category: 'Onboard', args: BY_PERSON });
  }
  room.toolbars?.addFactory('Notebook', 'copy-link', () =>
    copyButton(
      trans,
      at => void show({ what: 'page', node: at }, at, true),
      at => void import('./find').then(({ showMore }) => showMore(commands, at))
    )
  );
}
