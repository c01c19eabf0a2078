import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { describe, expect, it, vi } from 'vitest';

import { app, apps, bobs, domainState, part } from '../testing/domain';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { addCommands, COMMANDS } from './commands';
import { DomainModel } from './model';
import { PageState, TABS, type Tab } from './page-state';

const ROWS = [
  app('mine'),
  bobs('theirs'),
  app('broken', { state: 'failed', stop: 'not_running', failure: 'No capacity.' })
];

async function setUp() {
  const server = new FakeServer();
  server.answer = ask => ({
    json: ask.path.endsWith('/apps')
      ? apps(ROWS)
      : ask.path.endsWith('/spaces')
        ? { revision: 1, part: part('spaces'), rows: [] }
        : domainState()
  });
  const model = new DomainModel({
    serverSettings: server.settings,
    events: server.events
  });
  model.look('page', ['apps']);
  await vi.waitFor(() => expect(model.apps).not.toBeNull());
  const page = new PageState();
  const commands = new CommandRegistry();
  const inPalette: Array<[string, unknown]> = [];
  const open = vi.fn<(tab: Tab | null) => void>();
  const launchMenu = vi.fn<() => void>();
  addCommands({
    app: { commands } as unknown as JupyterFrontEnd,
    model,
    page,
    trans,
    palette: {
      addItem: (item: { command: string; args: unknown }) =>
        void inPalette.push([item.command, item.args])
    } as unknown as ICommandPalette,
    open,
    launchMenu
  });
  return { model, page, commands, inPalette, open, launchMenu };
}

describe('commands', () => {
  it('are in the palette with words; only one entry of a menu is not', async () => {
    const { commands, inPalette } = await setUp();
    const named = new Set(inPalette.map(([command]) => command));
    const missing = commands.listCommands().filter(command => !named.has(command));
    expect(missing).toEqual([COMMANDS.launch]);
    const labels = inPalette.map(([id, args]) =>
      commands.label(id, args as Record<string, string>)
    );
    expect(labels.every(Boolean)).toBe(true);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('open each tab of the page', async () => {
    const { commands, inPalette, open } = await setUp();
    for (const [id, args] of inPalette.filter(([id]) => id === COMMANDS.open)) {
      await commands.execute(id, args as Record<string, string>);
    }
    expect(open.mock.calls.map(([tab]) => tab)).toEqual([...TABS]);
  });

  it('mean the row that last had the focus, and name it', async () => {
    const { commands, page, model, open } = await setUp();
    expect(commands.isEnabled(COMMANDS.stop)).toBe(false);
    page.set({ current: 'mine' });
    expect(commands.label(COMMANDS.stop)).toBe('Stop… mine');
    expect(commands.label(COMMANDS.stop, { id: 'mine' })).toBe('Stop…');
    await commands.execute(COMMANDS.stop);
    expect(open).toHaveBeenCalledWith('apps');
    expect(model.asked).toEqual({ ids: ['mine'], others: false });
  });

  it('stop nothing without a second step, and what cannot be stopped not at all', async () => {
    const { commands, model } = await setUp();
    expect(commands.isEnabled(COMMANDS.stop, { id: 'broken' })).toBe(false);
    await commands.execute(COMMANDS.stop, { id: 'theirs' });
    expect(model.asked).toEqual({ ids: ['theirs'], others: false });
    expect(model.busy.size).toBe(0);
  });

  it('stop what is chosen and still can be', async () => {
    const { commands, page, model } = await setUp();
    expect(commands.isEnabled(COMMANDS.stopChosen)).toBe(false);
    page.set({ chosen: new Set(['mine', 'theirs', 'broken', 'gone']) });
    await commands.execute(COMMANDS.stopChosen);
    expect(model.asked?.ids).toEqual(['mine', 'theirs']);
  });

  it('show why something failed', async () => {
    const { commands, page } = await setUp();
    expect(commands.isEnabled(COMMANDS.why, { id: 'mine' })).toBe(false);
    await commands.execute(COMMANDS.why, { id: 'broken' });
    expect(page.view.why).toBe('broken');
  });
});
