import { CommandRegistry } from '@lumino/commands';
import { describe, expect, it, vi } from 'vitest';

import type { Launchable } from '../api/types';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { launch, openLaunchMenu } from './launch';
import { DomainModel, type Refusal } from './model';

const ADDRESS = 'https://d-1.studio.eu-west-1.sagemaker.aws/auth?token=eyJonce';

function setUp() {
  const server = new FakeServer();
  server.answer = () => ({ json: { url: ADDRESS, how: 'presigned', expires_in: 5 } });
  const model = new DomainModel({
    serverSettings: server.settings,
    events: server.events
  });
  const tell = vi.fn<(refusal: Refusal) => void>();
  const page = document.implementation.createHTMLDocument();
  const clicked: HTMLAnchorElement[] = [];
  page.addEventListener('click', event => {
    event.preventDefault();
    clicked.push(event.target as HTMLAnchorElement);
  });
  const close = vi.fn<() => void>();
  const tab = { opener: window, document: page, close } as unknown as Window;
  const open = (blank: () => Window | null = () => tab) =>
    launch({ model, trans, tell, blank }, 'JupyterLab', 'ba2b', 'JupyterLab');
  return { server, model, tell, tab, close, clicked, open };
}

describe('opening', () => {
  it('has a tab at once, and asks for the address then', async () => {
    const { server, open, tab, clicked } = setUp();
    const asked: number[] = [];
    await open(() => {
      asked.push(server.asks.length);
      return tab;
    });
    expect(asked).toEqual([0]);
    expect(server.count('POST', '/base/sm-onboard/domain/launch/JupyterLab/ba2b')).toBe(
      1
    );
    expect(clicked[0]?.href).toBe(ADDRESS);
  });

  it('tells the other page nothing of this one', async () => {
    const { open, tab, clicked } = setUp();
    await open();
    expect(tab.opener).toBeNull();
    expect(clicked[0]?.rel).toContain('noreferrer');
    expect(clicked[0]?.rel).toContain('noopener');
  });

  it('keeps the address nowhere', async () => {
    const { open, model } = setUp();
    const logged = ['log', 'info', 'warn', 'error'].map(name =>
      vi.spyOn(console, name as 'log').mockImplementation(() => undefined)
    );
    await open();
    expect(JSON.stringify([model.state, Object.entries(localStorage)])).not.toContain(
      'eyJonce'
    );
    logged.forEach(spy => expect(spy).not.toHaveBeenCalled());
  });

  it('asks for nothing where the browser gives no tab, and says so', async () => {
    const { open, server, tell } = setUp();
    await open(() => null);
    expect(server.asks).toEqual([]);
    expect(tell.mock.calls[0]?.[0].hint).toContain('pop-ups');
  });

  it('closes the tab and says why, when it is refused', async () => {
    const { open, server, tell, close, clicked } = setUp();
    const json = { code: 'aws.forbidden', message: 'Not you.', hint: 'Ask.' };
    server.answer = () => ({ status: 403, json });
    await open();
    expect(close).toHaveBeenCalledOnce();
    expect(clicked).toEqual([]);
    expect(tell).toHaveBeenCalledExactlyOnceWith(json);
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'not an address'])(
    'does not go to %s',
    async url => {
      const { open, server, tell, close, clicked } = setUp();
      server.answer = () => ({ json: { url, how: 'portal', expires_in: null } });
      await open();
      expect(clicked).toEqual([]);
      expect(close).toHaveBeenCalledOnce();
      expect(tell).toHaveBeenCalledOnce();
    }
  );
});

describe('the menu', () => {
  const entry = (target: Launchable['target'], more: Partial<Launchable> = {}) => ({
    target,
    id: '-',
    title: target,
    note: '',
    how: 'presigned' as const,
    why_not: '',
    warning: '',
    ...more
  });

  it('groups what there is, with notes, and shows as off what cannot be opened', () => {
    const commands = new CommandRegistry();
    commands.addCommand('open', {
      label: args => (typeof args.title === 'string' ? args.title : ''),
      isEnabled: args => !args.why,
      execute: () => undefined
    });
    const entries = [
      entry('Studio'),
      entry('RStudio', { how: 'none', note: 'no licence in this domain' }),
      entry('JupyterLab', { note: 'alice-lab, running' })
    ];
    const menu = openLaunchMenu(commands, 'open', entries, 500, 50);
    expect(menu.items.map(item => item.type === 'separator' || item.label)).toEqual([
      'JupyterLab',
      true,
      'RStudio',
      true,
      'Studio'
    ]);
    expect(menu.node.textContent).toContain('alice-lab, running');
    expect(menu.items[2]?.isEnabled).toBe(false);
    menu.close();
  });
});
