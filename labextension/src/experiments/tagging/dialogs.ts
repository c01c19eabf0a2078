/** The dialogs that tag runs and write a run's note, and what is said afterwards. */

import { Dialog, Notification } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { request, type RequestError } from '../../api/request';
import type { TagsChanged } from '../../api/types';
import type { IExperimentsRoom } from '../room';
import { textAt } from '../table/columns';
import { NOTE, readTag, tagWords } from './words';
// Loaded with the dialogs, not at the start.
import '../../../style/experiments-tagging.css';

/** Runs that one request may name. */
const RUNS = 500;
/** Characters of a value that the table has whole; what is longer is not put back from there. */
const WHOLE = 200;
const IN_SIGHT = 10_000;

/** Asks for a tag and gives it to all these runs. */
export async function tagRuns(
  room: IExperimentsRoom,
  runs: readonly string[]
): Promise<void> {
  const { trans } = room;
  const title =
    runs.length === 1
      ? trans.__('Tag %1', nameOf(room, runs[0] ?? ''))
      : trans.__('Tag %1 runs', runs.length);
  const field = document.createElement('input');
  field.placeholder = trans.__('candidate, or team=A');
  const label = trans.__('A name, or a name and its value: team=A');
  const typed = await ask(field, title, label, trans.__('Tag'), trans.__('Cancel'));
  const tag = typed === null ? null : readTag(typed);
  if (!tag) {
    return;
  }
  const [name, value] = tag;
  const before = beforeOf(room, runs, name);
  const words = tagWords(name, value);
  await change(room, runs, name, value, trans.__('Tagged: %1.', words), before);
}

/** Shows all of a run's note, and writes it back. */
export async function writeNote(room: IExperimentsRoom, run: string): Promise<void> {
  const { trans } = room;
  let text: string;
  try {
    text = await noteOf(room, run);
  } catch (error) {
    refused((error as RequestError).message);
    return;
  }
  const field = document.createElement('textarea');
  field.rows = 6;
  field.value = text;
  const title = trans.__('Note of %1', nameOf(room, run));
  const label = trans.__('In plain text. Ctrl+Enter saves.');
  const typed = await ask(field, title, label, trans.__('Save'), trans.__('Cancel'));
  if (typed !== null && typed !== text) {
    const value = typed.trim() === '' ? null : typed;
    const before = new Map([[run, text === '' ? null : text]]);
    await change(room, [run], NOTE, value, trans.__('The note is saved.'), before);
  }
}

/** All of it: only that may be written back. */
async function noteOf({ app, trans }: IExperimentsRoom, run: string): Promise<string> {
  const settings = app.serviceManager.serverSettings;
  const params = { id: run };
  const shown = await request(settings, 'get', '/experiments/runs/{id}', { params });
  if (!shown.note_more) {
    return shown.note;
  }
  const body = { run, part: 'note' as const, name: NOTE };
  const { text, more } = await request(settings, 'post', '/experiments/value', { body });
  if (more) {
    throw new Error(trans.__('The note is too long to be changed here.'));
  }
  return text;
}

/** What each run has now; null: it is not known, so it could not be put back. */
function beforeOf(
  { model }: IExperimentsRoom,
  runs: readonly string[],
  name: string
): ReadonlyMap<string, string | null> | null {
  const column = model.runs.columns.get(`tags.${name}`);
  const known = new Map<string, string | null>();
  for (const run of runs) {
    const row = model.runs.rows.get(run);
    const value = row === undefined ? null : textAt(column, row);
    if (row === undefined || (value?.length ?? 0) > WHOLE) {
      return null;
    }
    known.set(run, value);
  }
  return known;
}

/** Sets it, and says what came of it; with `before` there is an Undo. */
async function change(
  room: IExperimentsRoom,
  runs: readonly string[],
  name: string,
  value: string | null,
  said: string,
  before: ReadonlyMap<string, string | null> | null
): Promise<void> {
  const { trans } = room;
  let done: TagsChanged;
  try {
    done = await set(room, runs, { [name]: value });
  } catch (error) {
    const { message, hint } = error as RequestError;
    refused(`${message} ${hint}`.trim());
    return;
  }
  const [first] = done.refused;
  if (first) {
    const { length } = done.refused;
    refused(
      trans.__(
        '%1 of %2 were not changed. %3',
        length,
        runs.length,
        first.problem.message
      )
    );
  }
  if (done.done.length === 0) {
    return;
  }
  const undo = async () => {
    const groups = new Map<string | null, string[]>();
    for (const run of done.done) {
      const old = before?.get(run) ?? null;
      groups.set(old, [...(groups.get(old) ?? []), run]);
    }
    for (const [old, some] of groups) {
      await change(room, some, name, old, trans.__('As it was before.'), null);
    }
  };
  Notification.success(said, {
    autoClose: before ? IN_SIGHT : 3000,
    actions: before ? [{ label: trans.__('Undo'), callback: () => void undo() }] : []
  });
}

/** All runs, in as many requests as the server wants; the first that fails ends it. */
async function set(
  { app }: IExperimentsRoom,
  runs: readonly string[],
  tags: Readonly<Record<string, string | null>>
): Promise<TagsChanged> {
  const all: { done: string[]; refused: TagsChanged['refused'][number][] } = {
    done: [],
    refused: []
  };
  for (let from = 0; from < runs.length; from += RUNS) {
    const body = { runs: runs.slice(from, from + RUNS), tags };
    const settings = app.serviceManager.serverSettings;
    const told = await request(settings, 'put', '/experiments/tags', { body });
    all.done.push(...told.done);
    all.refused.push(...told.refused);
  }
  return all;
}

function refused(message: string): void {
  Notification.error(message, { autoClose: false });
}

/** Characters of a name in a title. */
const NAME = 60;

function nameOf({ model, names }: IExperimentsRoom, run: string): string {
  const name =
    textAt(model.runs.columns.get('attributes.name'), model.runs.rows.get(run) ?? -1) ||
    names.get(run) ||
    run.slice(run.indexOf('.') + 1);
  return name.length > NAME ? `${name.slice(0, NAME)}…` : name;
}

/** What was typed; null: it was cancelled. */
async function ask(
  field: HTMLInputElement | HTMLTextAreaElement,
  title: string,
  label: string,
  accept: string,
  cancel: string
): Promise<string | null> {
  const node = document.createElement('label');
  node.className = 'smo-Ask';
  node.append(label, field);
  field.classList.add('smo-Field');
  const dialog = new AskDialog({
    title,
    body: new Widget({ node }),
    focusNodeSelector: '.smo-Field',
    buttons: [Dialog.cancelButton({ label: cancel }), Dialog.okButton({ label: accept })]
  });
  const { button } = await dialog.launch();
  return button.accept ? field.value : null;
}

/** Enter in a text of several lines is a new line, in every JupyterLab; with Ctrl it accepts. */
class AskDialog extends Dialog<unknown> {
  override handleEvent(event: Event): void {
    const isLine =
      event instanceof KeyboardEvent &&
      event.key === 'Enter' &&
      event.target instanceof HTMLTextAreaElement;
    if (!isLine) {
      super.handleEvent(event);
    } else if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      this.resolve();
    }
  }
}
