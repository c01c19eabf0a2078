import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from '../../api/feed';
import type { Reproduction } from '../../api/types';
import { plan, reproduction } from '../../testing/reproduce';
import { FakeServer } from '../../testing/server';
import { trans } from '../../testing/view';
import { reproduceRun } from './dialog';

const BASE = '/base/sm-onboard/experiments/reproductions';
const MADE = {
  folder: 'reproduced/eager-heron',
  place: '/home/ana/reproduced/eager-heron',
  notebook: 'nb/train.ipynb',
  contents: 'reproduced/eager-heron/nb/train.ipynb',
  folder_contents: 'reproduced/eager-heron',
  why: '',
  environment: '/e.txt',
  install: 'pip install -r /e.txt'
};

let server: FakeServer;
let now: Reproduction;
let executed: Array<readonly [string, unknown]>;
let opened: { context: { sessionContext: { kernelPreference: object } } };
let app: JupyterFrontEnd;

beforeEach(() => {
  now = reproduction({ state: 'looking', plan: null });
  executed = [];
  opened = {
    context: { sessionContext: { kernelPreference: { shouldStart: true, name: 'py' } } }
  };
  server = new FakeServer();
  server.answer = ({ method, path }) => {
    if (method === 'DELETE' && now.state !== 'made') {
      now = { ...now, state: 'cancelled' };
    }
    if (path.endsWith('/make')) {
      now = { ...now, state: 'making' };
    }
    return { json: now };
  };
  const commands = new CommandRegistry();
  for (const id of ['docmanager:open', 'filebrowser:open-path']) {
    commands.addCommand(id, {
      execute: args => {
        executed.push([id, args]);
        return opened;
      }
    });
  }
  app = {
    commands,
    serviceManager: {
      serverSettings: server.settings,
      events: { stream: server.events }
    }
  } as unknown as JupyterFrontEnd;
});

afterEach(() => {
  Notification.dismiss();
  document.body.replaceChildren();
});

function tell(more: Partial<Reproduction>): void {
  now = { ...now, ...more };
  server.events.emit({
    schema_id: CHANGED,
    room: 'experiments',
    id: 'reproductions/r1',
    revision: 1,
    server: 'one'
  });
}

const button = (kind: 'accept' | 'reject') =>
  document.querySelector<HTMLButtonElement>(`.jp-Dialog .jp-mod-${kind}`)!;
const said = () => Notification.manager.notifications.map(one => one.message);

async function planned(more: Partial<Reproduction> = {}) {
  const ended = reproduceRun(app, trans, 's.1', 'eager-heron');
  await vi.waitFor(() => expect(button('reject')).toBeTruthy());
  await vi.waitFor(() => expect(document.activeElement).toBe(button('reject')));
  expect(button('accept').disabled).toBe(true);
  tell({ state: 'planned', plan: plan(), ...more });
  await vi.waitFor(() => expect(document.querySelector('[data-smo-state]')).toBeTruthy());
  return { ended };
}

it('confirms once, stays while it is made, and opens the notebook without a kernel', async () => {
  const { ended } = await planned();
  await vi.waitFor(() => expect(document.activeElement).toBe(button('accept')));
  button('accept').click();
  await vi.waitFor(() => expect(server.count('POST', `${BASE}/r1/make`)).toBe(1));
  button('accept').click();
  await vi.waitFor(() =>
    expect(document.querySelector('[role="progressbar"]')).toBeTruthy()
  );
  expect(document.activeElement).toBe(button('reject'));
  tell({ state: 'made', made: MADE });
  await ended;
  expect(document.querySelector('.jp-Dialog')).toBeNull();
  expect(server.count('POST', `${BASE}/r1/make`)).toBe(1);
  expect(server.count('DELETE', `${BASE}/r1`)).toBe(0);
  const preference = { shouldStart: false, autoStartDefault: false };
  expect(executed).toEqual([
    [
      'docmanager:open',
      { path: MADE.contents, factory: 'Notebook', kernelPreference: preference }
    ]
  ]);
  // JupyterLab 4.4 does not know the argument.
  expect(opened.context.sessionContext.kernelPreference).toEqual({
    ...preference,
    name: 'py'
  });
  expect(said()).toEqual([
    'reproduced/eager-heron has the files as they were. Differs here: environment, data.'
  ]);
});

it('leaves Enter in its body to what has the focus there', async () => {
  const { ended } = await planned();
  const summary = document.querySelector<HTMLElement>('.smo-Reproduce summary')!;
  summary.focus();
  const enter = new KeyboardEvent('keydown', {
    key: 'Enter',
    bubbles: true,
    cancelable: true
  });
  summary.dispatchEvent(enter);
  expect(enter.defaultPrevented).toBe(false);
  expect(server.asks.filter(ask => ask.method !== 'GET')).toHaveLength(1);
  expect(document.querySelector('.jp-Dialog')).not.toBeNull();
  button('reject').click();
  await ended;
});

it('forgets the plan that is not confirmed', async () => {
  const { ended } = await planned();
  await vi.waitFor(() => expect(button('accept').disabled).toBe(false));
  button('reject').click();
  await ended;
  expect(server.count('DELETE', `${BASE}/r1`)).toBe(1);
  expect(server.count('POST', `${BASE}/r1/make`)).toBe(0);
  expect(said()).toEqual([]);
});

it('forgets it also where it was closed before the first answer', async () => {
  let answer: () => void = () => undefined;
  const first = server.answer;
  server.answer = async ask => {
    if (ask.method === 'POST') {
      await new Promise<void>(done => (answer = done));
    }
    return first(ask);
  };
  const ended = reproduceRun(app, trans, 's.1', 'eager-heron');
  await vi.waitFor(() => expect(button('reject')).toBeTruthy());
  await vi.waitFor(() => expect(server.open).toBe(1));
  button('reject').click();
  await ended;
  answer();
  await vi.waitFor(() => expect(server.count('DELETE', `${BASE}/r1`)).toBe(1));
});

it('says so where it was made before it could be cancelled', async () => {
  const { ended } = await planned();
  await vi.waitFor(() => expect(button('accept').disabled).toBe(false));
  button('accept').click();
  await vi.waitFor(() => expect(now.state).toBe('making'));
  now = { ...now, state: 'made', made: MADE };
  button('reject').click();
  await ended;
  expect(said()[0]).toContain('reproduced/eager-heron has the files');
});

it('offers to look again where it failed', async () => {
  const { ended } = await planned();
  await vi.waitFor(() => expect(button('accept').disabled).toBe(false));
  tell({ state: 'failed', problem: { code: 'x', message: 'No room.' } as never });
  await vi.waitFor(() => expect(button('accept').textContent).toBe('Retry'));
  now = reproduction({ state: 'looking', plan: null });
  button('accept').click();
  await vi.waitFor(() => expect(server.count('POST', BASE)).toBe(2));
  await vi.waitFor(() => expect(button('accept').disabled).toBe(true));
  button('reject').click();
  await ended;
});

it('has no main button where there is nothing to bring back', async () => {
  const { ended } = await planned({ plan: plan({ possible: false }) });
  await vi.waitFor(() => expect(button('accept').hidden).toBe(true));
  expect(button('reject').textContent).toBe('Close');
  const dialog = Dialog.tracker.currentWidget;
  dialog?.resolve(1);
  expect(server.count('POST', `${BASE}/r1/make`)).toBe(0);
  button('reject').click();
  await ended;
});

it('says where it is where JupyterLab cannot open it', async () => {
  const { ended } = await planned();
  await vi.waitFor(() => expect(button('accept').disabled).toBe(false));
  button('accept').click();
  const why = '/mnt/x is outside the folder that JupyterLab shows.';
  tell({
    state: 'made',
    made: { ...MADE, contents: '', folder_contents: '', why }
  });
  await ended;
  expect(executed).toEqual([]);
  expect(said()[0]).toContain(why);
});
