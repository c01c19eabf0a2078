import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget, type ContextMenu } from '@lumino/widgets';
import { beforeEach, expect, it, vi } from 'vitest';

import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { COMMANDS } from './commands';
import { addMaking } from './making/add';
import type { ILinkAsked } from './making/popover';
import { addOpening } from './opening/add';

const shown = vi.hoisted(() => ({
  links: [] as ILinkAsked[],
  previews: [] as string[]
}));
vi.mock('./making/popover', () => ({
  showLink: (asked: ILinkAsked) => shown.links.push(asked)
}));
vi.mock('./opening/widget', () => ({
  showPreview: (_: unknown, link: string) => shown.previews.push(link)
}));

const LINK = 'https://evil.example/lab?smo=git&r=a/b&c=1&p=x.ipynb#cell-id=c';

let server: FakeServer;
let commands: CommandRegistry;
let menus: ContextMenu.IItemOptions[];
let hit: HTMLElement | null;
let main: Widget[];
let left: Widget[];
let current: Widget | null;
let navigated: string[];
let app: JupyterFrontEnd;
let restored = Promise.resolve();

beforeEach(() => {
  shown.links = [];
  shown.previews = [];
  server = new FakeServer();
  commands = new CommandRegistry();
  menus = [];
  navigated = [];
  hit = null;
  main = [];
  left = [];
  current = null;
  app = {
    commands,
    shell: {
      widgets: (area: string) => (area === 'main' ? main : area === 'left' ? left : []),
      get currentWidget() {
        return current;
      }
    },
    contextMenu: { addItem: (item: ContextMenu.IItemOptions) => menus.push(item) },
    contextMenuHitTest: (is: (node: HTMLElement) => boolean) => {
      for (let node = hit; node; node = node.parentElement) {
        if (is(node)) {
          return node;
        }
      }
      return undefined;
    },
    get restored() {
      return restored;
    },
    serviceManager: {
      serverSettings: server.settings,
      contents: { localPath: (path: string) => path.replace('RTC:', '') }
    }
  } as unknown as JupyterFrontEnd;
  const room = {
    app,
    trans,
    palette: null,
    registry: null,
    toolbars: null,
    markdown: null
  };
  addMaking(room);
  const router = {
    register: () => undefined,
    navigate: (path: string) => navigated.push(path),
    get current() {
      return {
        path: '/lab',
        search: '?a=1&smo=run&x=here&u=1',
        hash: '#heading=A',
        request: '/lab?a=1&smo=run&x=here&u=1#heading=A'
      };
    }
  } as unknown as IRouter;
  addOpening(room, router);
});

/** A notebook with two cells, the second a Markdown cell with a heading. */
function notebook(): { panel: Widget; cells: Widget[] } {
  const sources = ['eta = 1', '## The *result* of [it](x)\n\ntext'];
  const cells = sources.map((source, index) => {
    const cell = new Widget();
    cell.addClass('jp-Cell');
    return Object.assign(cell, {
      model: {
        id: `c${index}`,
        type: index === 0 ? 'code' : 'markdown',
        sharedModel: { getSource: () => source }
      }
    });
  });
  // As JupyterLab draws it.
  const drawn = document.createElement('div');
  drawn.className = 'jp-RenderedMarkdown';
  drawn.append(document.createElement('h2'));
  cells[1]?.node.append(drawn);
  const panel = Object.assign(new Widget(), {
    context: { path: 'RTC:nb/a.ipynb' },
    content: { widgets: cells, activeCell: cells[0] }
  });
  panel.addClass('jp-NotebookPanel');
  panel.node.classList.add('jp-Notebook');
  cells.forEach(cell => panel.node.append(cell.node));
  main = [panel];
  current = panel;
  return { panel, cells };
}

/** The context menu's item for a command, run as the menu runs it. */
async function choose(command: string): Promise<void> {
  const item = menus.find(one => one.command === command && hit?.closest(one.selector));
  expect(commands.isVisible(command, item!.args)).toBe(true);
  await commands.execute(command, item!.args);
}

/** Whether the context menu has the command's item. */
function isOffered(command: string): boolean {
  const items = menus.filter(
    one => one.command === command && hit?.closest(one.selector)
  );
  return items.some(one => commands.isVisible(command, one.args));
}

it('makes a link at once only where a menu of ours was used', async () => {
  const { cells } = notebook();
  hit = cells[1]!.node;
  await choose(COMMANDS.copyCell);
  await choose(COMMANDS.copyHeading);
  hit = cells[0]!.node;
  expect(isOffered(COMMANDS.copyHeading)).toBe(false);
  expect(shown.links.map(one => one.isByPerson)).toEqual([true, true]);
  expect(shown.links[0]?.target).toMatchObject({
    contents: 'RTC:nb/a.ipynb',
    cell: 'c1',
    heading: ''
  });
  expect(shown.links[1]?.target).toMatchObject({ cell: '', heading: 'The result of it' });
});

it('only asks where anything else runs a command, whatever arguments it gives', async () => {
  notebook();
  // A command linker's arguments come from JSON in an attribute.
  const args = ['{}', '{"by":{}}', '{"by":true,"at":"pointer"}', '{"isByPerson":true}'];
  for (const text of args) {
    const given = JSON.parse(text) as ReadonlyPartialJSONObject;
    for (const id of Object.values(COMMANDS)) {
      if (commands.isEnabled(id, given) && id !== COMMANDS.open) {
        await commands.execute(id, { ...given, id: 'store.run', name: 'x' });
      }
    }
  }
  await vi.waitFor(() => expect(shown.previews).toHaveLength(args.length)); // of the address
  expect(shown.links.length).toBeGreaterThan(args.length);
  expect(shown.links.every(one => !one.isByPerson)).toBe(true);
  expect(server.asks).toEqual([]);
});

it('only shows a preview where a command is given a link', async () => {
  await commands.execute(COMMANDS.open, { link: LINK, how: 'beside', trust: true });
  expect(shown.previews).toEqual([LINK]);
  expect(server.asks).toEqual([]);
});

it('takes the link out of the address before it shows the preview', async () => {
  // Routes are followed one after the other, and JupyterLab is restored after the last: a route
  // that waited for that would wait for ever.
  let restore = () => {};
  restored = new Promise(done => (restore = done));
  await commands.execute(COMMANDS.route);
  expect(navigated).toEqual([]);
  restore();
  await vi.waitFor(() =>
    expect(shown.previews).toEqual(['/lab?a=1&smo=run&x=here&u=1#heading=A'])
  );
  expect(navigated).toEqual(['/lab?a=1']);
});

it('takes a click on a shared link, and no other', async () => {
  const went: string[] = [];
  const onClick = (event: Event) => {
    went.push((event.target as HTMLAnchorElement).href);
    event.preventDefault();
  };
  document.body.addEventListener('click', onClick);
  const anchor = document.createElement('a');
  document.body.append(anchor);
  const click = (href: string, more: MouseEventInit = {}) => {
    anchor.setAttribute('href', href);
    anchor.dispatchEvent(
      new MouseEvent('click', { bubbles: true, cancelable: true, ...more })
    );
  };
  click(LINK);
  await vi.waitFor(() => expect(shown.previews).toContain(LINK));
  expect(went).toEqual([]);
  click(LINK, { ctrlKey: true });
  click('https://evil.example/lab?smo=table');
  click('javascript:void(0)//?smo=git');
  expect(went).toHaveLength(3);
  document.body.removeEventListener('click', onClick);
  anchor.remove();
  expect(new Set(shown.previews)).toEqual(new Set([LINK]));
});

it('links to the file that is chosen in the file browser, and to no folder', async () => {
  const items = [{ path: 'RTC:a b/x.csv', type: 'file' }];
  const browser = Object.assign(new Widget(), { selectedItems: () => items });
  const item = document.createElement('li');
  item.className = 'jp-DirListing-item';
  item.dataset.isdir = 'false';
  browser.node.append(item);
  left = [browser];
  hit = item;
  await choose(COMMANDS.copyFile);
  expect(shown.links[0]?.target).toMatchObject({
    contents: 'RTC:a b/x.csv',
    name: 'x.csv'
  });
  items[0]!.type = 'directory';
  await choose(COMMANDS.copyFile);
  expect(shown.links).toHaveLength(1);
  item.dataset.isdir = 'true';
  expect(isOffered(COMMANDS.copyFile)).toBe(false);
  item.dataset.isdir = 'false';
  const other = item.cloneNode() as Element;
  browser.node.append(other);
  [item, other].forEach(one => one.classList.add('jp-mod-selected'));
  expect(isOffered(COMMANDS.copyFile)).toBe(false);
});

it('links to a heading of the table of contents', async () => {
  notebook();
  const list = document.createElement('div');
  list.className = 'jp-TableOfContents-content';
  list.dataset.documentType = 'notebook';
  const item = document.createElement('div');
  item.className = 'jp-tocItem';
  const words = document.createElement('span');
  words.className = 'jp-tocItem-content';
  words.title = 'Results';
  words.textContent = '1. Results';
  item.append(words);
  list.append(item);
  hit = words;
  await choose(COMMANDS.copyHeading);
  expect(shown.links[0]?.target).toMatchObject({ heading: 'Results', cell: '' });
});
