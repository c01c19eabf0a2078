import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { describe, expect, it, vi } from 'vitest';

import type { Repository } from '../api/types';
import { blocked, row, state } from '../testing/rows';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { addCommands, COMMANDS } from './commands';
import { DEEDS } from './deeds';
import { ReposModel } from './model';

function setUp(rows: readonly Repository[], careful = false) {
  const server = new FakeServer();
  server.answer = () => ({ json: rows[0] });
  const model = new ReposModel({
    serverSettings: server.settings,
    events: server.events
  });
  model.feed.accept(state(rows));
  const commands = new CommandRegistry();
  const executed: Array<[string, unknown]> = [];
  for (const id of ['filebrowser:activate', 'filebrowser:open-path', 'docmanager:open']) {
    commands.addCommand(id, { execute: args => void executed.push([id, args]) });
  }
  const inPalette: string[] = [];
  const reveal = vi.fn<() => void>();
  addCommands({
    app: { commands } as unknown as JupyterFrontEnd,
    model,
    trans,
    palette: {
      addItem: ({ command }: { command: string }) => void inPalette.push(command)
    } as unknown as ICommandPalette,
    careful: () => careful,
    reveal
  });
  return { server, model, commands, executed, inPalette, reveal };
}

describe('commands', () => {
  it('are all in the palette, each with words', () => {
    const { commands, inPalette } = setUp([row('churn')]);
    const ours = commands.listCommands().filter(id => id.startsWith('sm-onboard:'));
    expect(inPalette.sort()).toEqual(ours.sort());
    expect(ours).toContain('sm-onboard:repos-update-all');
    expect(ours).toContain('sm-onboard:repos-set-aside');
    expect(ours).toHaveLength(DEEDS.length + 9);
    expect(ours.filter(id => commands.label(id) === '')).toEqual([]);
  });

  it('mean the row that last had the focus, and name it', () => {
    const { commands, model } = setUp([row('a'), blocked('b')]);
    const merge = COMMANDS.deed('merge');
    expect(commands.isEnabled(merge)).toBe(false);
    model.current = 'b';
    expect(commands.isEnabled(merge)).toBe(true);
    expect(commands.label(merge)).toBe('Merge…: b');
    expect(commands.label(merge, { id: 'b' })).toBe('Merge…');
  });

  it('do nothing that the row does not offer', async () => {
    const { commands, server } = setUp([row('a')]);
    await commands.execute(COMMANDS.deed('discard'), { id: 'a' });
    await commands.execute(COMMANDS.deed('update'), { id: 'unknown' });
    expect(server.asks).toEqual([]);
  });

  it('act at once on what can be undone, and ask before what ends or loses something', async () => {
    const { commands, server, model, reveal } = setUp([blocked('a')]);
    void commands.execute(COMMANDS.deed('set_aside'), { id: 'a' });
    await vi.waitFor(() => expect(server.asks[0]?.path).toMatch(/a\/set_aside$/));
    const asked = setUp([blocked('a')]);
    await asked.commands.execute(COMMANDS.deed('discard'), { id: 'a' });
    expect(asked.server.asks).toEqual([]);
    expect(asked.model.asked).toEqual({ id: 'a', what: 'discard' });
    expect(asked.reveal).toHaveBeenCalledOnce();
    expect(reveal).not.toHaveBeenCalled();
    model.dispose();
  });

  it('ask before every change of files where the person wants that', async () => {
    const { commands, server, model } = setUp([blocked('a')], true);
    expect(commands.label(COMMANDS.deed('set_aside'), { id: 'a' })).toBe(
      'Set mine aside, update…'
    );
    await commands.execute(COMMANDS.deed('set_aside'), { id: 'a' });
    expect(server.asks).toEqual([]);
    expect(model.asked?.what).toBe('set_aside');
  });

  it('open a folder in the file browser, and start nothing', async () => {
    const { commands, executed } = setUp([row('a', { contents_path: 'team/a' })]);
    await commands.execute(COMMANDS.openFolder, { id: 'a' });
    expect(executed).toEqual([
      ['filebrowser:activate', {}],
      ['filebrowser:open-path', { path: 'team/a' }]
    ]);
  });

  it('do not open a folder that JupyterLab cannot show', async () => {
    const { commands, executed } = setUp([row('a', { contents_path: null })]);
    await commands.execute(COMMANDS.openFolder, { id: 'a' });
    expect(executed).toEqual([]);
  });

  it('open the start notebook when there is one', async () => {
    const none = setUp([row('a')]);
    expect(none.commands.isEnabled(COMMANDS.openStart)).toBe(false);
    const { commands, executed } = setUp([
      row('a'),
      row('b', { start: 'b/start.ipynb' })
    ]);
    await commands.execute(COMMANDS.openStart);
    expect(executed).toEqual([['docmanager:open', { path: 'b/start.ipynb' }]]);
  });

  it('offer git’s panel only where it is installed', () => {
    const { commands } = setUp([row('a')]);
    expect(commands.isEnabled(COMMANDS.openGit, { id: 'a' })).toBe(false);
    commands.addCommand('git:ui', { execute: () => undefined });
    expect(commands.isEnabled(COMMANDS.openGit, { id: 'a' })).toBe(true);
  });
});
