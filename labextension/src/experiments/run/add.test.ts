import type { JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { RUN } from '../../testing/run';
import { facts, jobLogs, plan } from '../../testing/training';
import { FakeServer } from '../../testing/server';
import { trans } from '../../testing/view';
import { PageState } from '../page-state';
import type { IExperimentsRoom } from '../room';
import { addTraining, JOB_AGAIN, JOB_LOGS } from '../training/add';
import { addRun, OPEN_RUN } from './add';

/** A room that remembers, in a shell that shows what is added to it. */
function made() {
  const server = new FakeServer();
  server.answer = ({ path }) =>
    path.endsWith('/runs/s.1')
      ? { json: RUN }
      : { status: 404, json: { code: 'x', message: 'No.', hint: '' } };
  const commands = new CommandRegistry();
  const added: Widget[] = [];
  const activated = vi.fn();
  const looks = vi.fn();
  const page = new PageState();
  const openTable = vi.fn();
  const room = {
    app: {
      commands,
      serviceManager: { serverSettings: server.settings },
      shell: {
        add: (widget: Widget) => {
          added.push(widget);
          Widget.attach(widget, document.body);
        },
        activateById: activated
      }
    } as unknown as JupyterFrontEnd,
    trans,
    model: {
      changed: new Signal({}),
      state: null,
      experiments: ['s.0'],
      isDisposed: false,
      look: looks
    },
    page,
    deeds: {
      choose: (chosen: PageState['chosen']) => {
        page.chosen = chosen;
      }
    },
    palette: null,
    restorer: null,
    add: (id: string, command: CommandRegistry.ICommandOptions) =>
      void commands.addCommand(id, command),
    runMenu: [] as string[],
    names: new Map<string, string>(),
    jobs: new Map<string, boolean>(),
    openTable
  };
  addRun(room as unknown as IExperimentsRoom);
  return { room, commands, added, activated, looks, page, openTable, server };
}

/** Milliseconds that a busy machine may take. */
const LATE = 4000;

/** Clicks as soon as it is there. */
async function press(tab: Widget, selector: string): Promise<void> {
  const found = () => tab.node.querySelector<HTMLElement>(selector);
  await vi.waitFor(() => expect(found()).not.toBeNull(), LATE);
  found()!.click();
}

/** Long enough for what should not happen. */
const settled = () => new Promise(done => setTimeout(done, 30));

describe('opening a run', () => {
  beforeEach(() => {
    document.body.replaceChildren();
  });

  it('makes one tab for each, named after it, which looks while it is there', async () => {
    const { commands, added, activated, looks, room, server } = made();
    expect(room.runMenu).toEqual([OPEN_RUN]);
    await commands.execute(OPEN_RUN, { id: 's.1' });
    await commands.execute(OPEN_RUN, { id: 's.1' });
    expect(added).toHaveLength(1);
    expect(activated).toHaveBeenCalledTimes(2);
    const [tab] = added;
    await vi.waitFor(() => expect(tab!.title.label).toBe('eager-heron'), LATE);
    expect(room.names.get('s.1')).toBe('eager-heron');
    expect(looks).toHaveBeenLastCalledWith('run-s.1', true);
    await commands.execute(OPEN_RUN, { id: 's.2' });
    expect(added).toHaveLength(2);
    tab!.dispose();
    expect(looks).toHaveBeenLastCalledWith('run-s.1', false);
    added[1]!.dispose();
    await settled(); // what the second has asked already
    const asked = server.asks.length;
    room.model.changed.emit(undefined);
    await settled();
    expect(server.asks.length).toBe(asked);
  });

  it('without a name means the run that one is at, and none where that is none', async () => {
    const { commands, added, page } = made();
    expect(commands.isEnabled(OPEN_RUN)).toBe(false);
    page.current = 's.1';
    expect(commands.isEnabled(OPEN_RUN)).toBe(true);
    await commands.execute(OPEN_RUN);
    expect(added[0]!.id).toBe('sm-onboard-run-s.1');
    added[0]!.dispose();
  });

  it('compares from there: chosen beside the others, in the table of both', async () => {
    const { commands, added, page, openTable } = made();
    await commands.execute(OPEN_RUN, { id: 's.1' });
    await press(added[0]!, '[data-smo-do="compare-with"]:enabled');
    expect([...page.chosen]).toEqual([['s.1', 'A']]);
    expect(openTable).toHaveBeenCalledWith(['s.0', 's.7']);
    added[0]!.dispose();
  });

  it('shows the logs of its job and what starting it again costs, once it was read', async () => {
    const { room, commands, added, server } = made();
    addTraining(room as unknown as IExperimentsRoom);
    const answer = server.answer;
    const arn = 'arn:aws:sagemaker:eu-west-1:1:training-job/churn-1';
    server.answer = ask =>
      ask.path.endsWith('/runs/s.1')
        ? { json: { ...RUN, job: arn } }
        : ask.path.endsWith('/runs/s.2')
          ? { json: { ...RUN, job: '' } }
          : ask.path.endsWith('/runs/s.1/job')
            ? { json: { run: 's.1', arn, job: facts(), problem: null } }
            : ask.path.endsWith('/job-logs')
              ? { json: jobLogs(['epoch 1']) }
              : ask.path.endsWith('/job-again')
                ? { json: { plan: plan(), problem: null } }
                : answer(ask);
    expect(room.runMenu).toEqual([OPEN_RUN, JOB_LOGS, JOB_AGAIN]);
    expect(commands.isVisible(JOB_AGAIN, { id: 's.1' })).toBe(false);
    await commands.execute(JOB_LOGS, { id: 's.1' });
    const [tab] = added;
    const shown = () => tab!.node.querySelector('[role="log"]')?.textContent;
    await vi.waitFor(() => expect(shown()).toBe('epoch 1'), LATE);
    expect(commands.isVisible(JOB_AGAIN, { id: 's.1' })).toBe(true);
    await commands.execute(JOB_AGAIN, { id: 's.1' });
    const start = () => tab!.node.querySelector('[data-smo-do="job-start"]');
    await vi.waitFor(() => expect(start()).not.toBeNull(), LATE);
    const starts = () => server.asks.filter(ask => ask.path.endsWith('/start'));
    expect(starts()).toEqual([]);
    // One that was in none says so, and is not asked about any more.
    await commands.execute(JOB_AGAIN, { id: 's.2' });
    await vi.waitFor(() =>
      expect(commands.isEnabled(JOB_AGAIN, { id: 's.2' })).toBe(false)
    );
    expect(added[1]!.node.querySelector('[data-smo-part="job"]')).toBeNull();
    added.forEach(one => one.dispose());
  });

  it('saves a file as a download, and never opens it', async () => {
    const { commands, added, server } = made();
    const answer = server.answer;
    const kept = { files: [{ path: 'a/x.html', folder: false, size: 2 }], cut: 0 };
    server.answer = ask =>
      ask.path.endsWith('/kept')
        ? {
            json: {
              ...kept,
              changed: [],
              changed_cut: 0,
              left_out: [],
              left_out_cut: 0,
              snapshot: false,
              packages: null,
              missing: [],
              notebook: { kept: '', executed: false, here: '', why: '' },
              problems: []
            }
          }
        : ask.path.endsWith('/file')
          ? { json: { path: 'a/x.html', kind: 'save', base64: btoa('<b>') } }
          : answer(ask);
    const blobs: Blob[] = [];
    const made_ = vi.fn((blob: Blob) => {
      blobs.push(blob);
      return 'blob:1';
    });
    Object.assign(URL, { createObjectURL: made_, revokeObjectURL: vi.fn() });
    const clicked: HTMLAnchorElement[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement
    ) {
      clicked.push(this);
    });
    await commands.execute(OPEN_RUN, { id: 's.1' });
    await press(added[0]!, '[data-smo-file="a/x.html"]');
    await press(added[0]!, '[data-smo-do="save-file"]');
    await vi.waitFor(() => expect(clicked).toHaveLength(1), LATE);
    expect(blobs[0]?.type).toBe('application/octet-stream');
    expect(clicked.map(link => [link.download, link.target])).toEqual([['x.html', '']]);
    added[0]!.dispose();
  });
});
