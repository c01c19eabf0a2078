/** Opens what was decided on, and goes to the place in it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';

import type { LinkOpened } from '../../api/types';
import { OPEN_RUN } from '../../experiments/run/add';
import { openNotebook } from '../../shell/open-notebook';
import { asNotebook, headingText, openDocument, type INotebook } from '../documents';

/** Milliseconds until a notebook has its cells. */
const PATIENCE = 15_000;

/**
 * Opens the file without a kernel, or the run's page.
 *
 * @returns whether there was something to open
 */
export async function openPlace(
  app: JupyterFrontEnd,
  opened: LinkOpened
): Promise<boolean> {
  const { commands, shell, serviceManager } = app;
  if (opened.how === 'run') {
    await commands.execute(OPEN_RUN, { id: opened.run });
    return true;
  }
  const { contents: path } = opened;
  if (path === '') {
    return false;
  }
  const known = openDocument(app, path);
  if (known) {
    shell.activateById(known.id);
  } else {
    // With jupyter-collaboration's drive: the document that others have open, too.
    const { contents } = serviceManager;
    const together = contents.driveName(`RTC:${path}`) === 'RTC' && opened.how === 'mine';
    const whole = together ? `RTC:${path}` : path;
    if (path.endsWith('.ipynb')) {
      await openNotebook(commands, whole);
    } else {
      await commands.execute('docmanager:open', { path: whole });
    }
  }
  const notebook = asNotebook(openDocument(app, path));
  if (notebook && (opened.cell !== '' || opened.heading !== '')) {
    await goTo(notebook, opened);
  }
  return true;
}

/** Makes the cell the active one, in sight. Where it is not there, nothing happens. */
export async function goTo(
  notebook: INotebook,
  place: Pick<LinkOpened, 'cell' | 'heading'>
): Promise<void> {
  const { content, context } = notebook;
  await Promise.race([context.ready, new Promise(done => setTimeout(done, PATIENCE))]);
  const index = find(notebook, place);
  if (index < 0 || notebook.isDisposed) {
    return;
  }
  content.deselectAll();
  content.activeCellIndex = index;
  content.mode = 'command';
  const cell = content.widgets[index];
  try {
    await content.scrollToItem?.(index, place.heading === '' ? 'center' : 'start');
  } catch {
    // The notebook was closed, or its list is not drawn.
  }
  if (cell && !isInSight(cell.node, content.node)) {
    cell.node.scrollIntoView({ block: 'center' });
  }
  if (place.heading !== '') {
    const heading = [...(cell?.node.querySelectorAll('h1, h2, h3, h4, h5, h6') ?? [])];
    heading
      .find(one => one.textContent?.replace(/¶$/u, '').trim() === place.heading)
      ?.scrollIntoView({ block: 'start' });
  }
}

function find(
  { content }: INotebook,
  { cell, heading }: Pick<LinkOpened, 'cell' | 'heading'>
): number {
  return content.widgets.findIndex(({ model }) =>
    cell !== ''
      ? model.id === cell
      : model.type === 'markdown' &&
        model.sharedModel
          .getSource()
          .split('\n')
          .some(line => headingText(line) === heading)
  );
}

function isInSight(node: Element, within: Element): boolean {
  const [one, all] = [node.getBoundingClientRect(), within.getBoundingClientRect()];
  return one.bottom > all.top && one.top < all.bottom;
}
