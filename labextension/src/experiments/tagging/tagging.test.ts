import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { RUN } from '../../testing/run';
import { runsOf } from '../../testing/runs';
import { FakeServer } from '../../testing/server';
import { trans } from '../../testing/view';
import { PageState } from '../page-state';
import type { IExperimentsDeeds } from '../props';
import { REPRODUCE } from '../reproduce/add';
import type { IExperimentsRoom } from '../room';
import { choose } from '../table/selection';
import { addTagging, TAG_RUNS, WRITE_NOTE } from './add';

const NOTE = 'mlflow.note.content';

let server: FakeServer;
let commands: CommandRegistry;
let page: PageState;
let room: IExperimentsRoom;
let note: { note: string; note_more: boolean };

beforeEach(() => {
  server = new FakeServer();
  note = { note: 'old', note_more: false };
  server.answer = ({ path, body }) =>
    path.endsWith('/runs/s.1')
      ? { json: { ...RUN, ...note } }
      : path.endsWith('/value')
        ? { json: { text: 'all of the old one', more: false } }
        : { json: { done: (body as { runs: string[] }).runs, refused: [] } };
  commands = new CommandRegistry();
  page = new PageState();
  room = {
    app: {
      commands,
      serviceManager: { serverSettings: server.settings }
    } as unknown as JupyterFrontEnd,
    trans,
    page,
    model: {
      runs: runsOf(['s.1', 's.2', 's.3'], {
        'attributes.name': ['heron', 'owl', 'wren'],
        'tags.team': ['A', null, 'x'.repeat(500)]
      })
    },
    deeds: {} as IExperimentsDeeds,
    runMenu: ['open', REPRODUCE, 'copy'],
    names: new Map(),
    add: (id: string, command: CommandRegistry.ICommandOptions) =>
      void commands.addCommand(id, command)
  } as unknown as IExperimentsRoom;
  addTagging(room);
});

afterEach(() => {
  Notification.dismiss();
  Dialog.flush();
  document.body.replaceChildren();
});

const changes = () =>
  server.asks.filter(ask => ask.method === 'PUT').map(ask => ask.body);
const said = () => Notification.manager.notifications.map(one => one.message);

/** Types into the dialog, and presses a key there. */
async function type(text: string, key: KeyboardEventInit): Promise<void> {
  const found = () => document.querySelector<HTMLInputElement>('.jp-Dialog .smo-Field');
  await vi.waitFor(() => expect(document.activeElement).toBe(found()));
  expect(found()).not.toBeNull();
  found()!.value = text;
  found()!.dispatchEvent(
    new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...key })
  );
}

it('tags the chosen runs at once, and Undo puts back what each had', async () => {
  page.chosen = choose(new Map(), ['s.1', 's.2']);
  expect(commands.label(TAG_RUNS, {})).toBe('Tag the 2 chosen runs…');
  const done = commands.execute(TAG_RUNS);
  await type('team = B', { key: 'Enter' });
  await done;
  expect(changes()).toEqual([{ runs: ['s.1', 's.2'], tags: { team: 'B' } }]);
  expect(said()).toEqual(['Tagged: team: B.']);
  const [{ options }] = Notification.manager.notifications as [
    Notification.INotification
  ];
  options.actions?.[0]?.callback(new MouseEvent('click'));
  await vi.waitFor(() => expect(changes()).toHaveLength(3));
  expect(changes().slice(1)).toEqual([
    { runs: ['s.1'], tags: { team: 'A' } },
    { runs: ['s.2'], tags: { team: null } }
  ]);
});

it('promises no Undo where the table has only the beginning of a value', async () => {
  const done = commands.execute(TAG_RUNS, { id: 's.3' });
  await type('team=B', { key: 'Enter' });
  await done;
  expect(changes()).toEqual([{ runs: ['s.3'], tags: { team: 'B' } }]);
  expect(Notification.manager.notifications[0]?.options.actions).toEqual([]);
});

it('means the run of the menu alone where that is not chosen', async () => {
  page.chosen = choose(new Map(), ['s.1']);
  const done = commands.execute(TAG_RUNS, { id: 's.2' });
  await type('candidate', { key: 'Enter' });
  await done;
  expect(changes()).toEqual([{ runs: ['s.2'], tags: { candidate: '' } }]);
  expect(room.runMenu).toEqual(['open', REPRODUCE, TAG_RUNS, WRITE_NOTE, 'copy']);
});

it('sends as many as the server takes in one request', async () => {
  const many = Array.from({ length: 501 }, (_, at) => `s.${at}`);
  page.chosen = choose(new Map(), many);
  const done = commands.execute(TAG_RUNS);
  await type('candidate', { key: 'Enter' });
  await done;
  const lengths = changes().map(body => (body as { runs: string[] }).runs.length);
  expect(lengths).toEqual([500, 1]);
});

it('changes nothing where it is cancelled, or nothing was typed', async () => {
  let done = commands.execute(TAG_RUNS, { id: 's.1' });
  await type('team=B', { key: 'Escape' });
  await done;
  done = commands.execute(TAG_RUNS, { id: 's.1' });
  await type('  ', { key: 'Enter' });
  await done;
  expect(changes()).toEqual([]);
});

it('says how many were refused, and why', async () => {
  page.chosen = choose(new Map(), ['s.1', 's.2']);
  const problem = { code: 'x', message: 'The store is locked.', hint: '' };
  server.answer = () => ({ json: { done: ['s.1'], refused: [{ run: 's.2', problem }] } });
  const done = commands.execute(TAG_RUNS);
  await type('candidate', { key: 'Enter' });
  await done;
  expect(said()).toContain('1 of 2 were not changed. The store is locked.');
});

it('writes a note of several lines: Enter is a line, Ctrl+Enter saves', async () => {
  page.current = 's.1';
  const done = commands.execute(WRITE_NOTE);
  await type('one\ntwo', { key: 'Enter' });
  expect(changes()).toEqual([]);
  await type('one\ntwo', { key: 'Enter', ctrlKey: true });
  await done;
  expect(changes()).toEqual([{ runs: ['s.1'], tags: { [NOTE]: 'one\ntwo' } }]);
  expect(said()).toEqual(['The note is saved.']);
});

it('reads all of a long note before it may be written back', async () => {
  note = { note: 'all of', note_more: true };
  const done = commands.execute(WRITE_NOTE, { id: 's.1' });
  const field = () =>
    document.querySelector<HTMLTextAreaElement>('.jp-Dialog .smo-Field');
  await vi.waitFor(() => expect(field()?.value).toBe('all of the old one'));
  await type('', { key: 'Enter', ctrlKey: true });
  await done;
  expect(changes()).toEqual([{ runs: ['s.1'], tags: { [NOTE]: null } }]);
});
