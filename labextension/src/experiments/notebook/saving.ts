/** Saves a notebook where that can harm nothing. */

import type { Contents } from '@jupyterlab/services';

import type { INotebookContext } from './lab';

/**
 * `saved`: the file is what is on the screen. Else it is as it was saved before: the person
 * wants no saving (`off`), may not write, somebody else changed the file, or it failed.
 */
export type Saving = 'saved' | 'off' | 'read-only' | 'changed' | 'failed';

/** Milliseconds until the server has written what several people edit together. */
export const TOGETHER = 2000;

/** Never overwrites a file that changed on the disk, and never opens a dialog. */
export async function save(
  context: INotebookContext,
  contents: Pick<Contents.IManager, 'get'>,
  allowed: boolean
): Promise<Saving> {
  const { model } = context;
  if (model.collaborative) {
    await new Promise(done => setTimeout(done, TOGETHER));
    return 'saved'; // by the server, without us
  }
  if (!model.dirty) {
    return 'saved';
  }
  if (!allowed) {
    return 'off';
  }
  const known = context.contentsModel;
  if (model.readOnly || known?.writable === false || context.canSave === false) {
    return 'read-only';
  }
  try {
    const now = await contents.get(context.path, { content: false, hash: true });
    if (known === null || differs(known, now, context.lastModifiedCheckMargin)) {
      return 'changed';
    }
    await context.save();
    return 'saved';
  } catch {
    return 'failed';
  }
}

type File = Pick<Contents.IModel, 'hash' | 'last_modified'>;

/** By the file's digest where the server tells it, else by its time; as JupyterLab does. */
function differs(known: File, now: File, margin: number): boolean {
  if (known.hash && now.hash) {
    return known.hash !== now.hash;
  }
  return Date.parse(now.last_modified) - Date.parse(known.last_modified) > margin;
}
