/** The dialog around the body, what its buttons do, and the notebook that opens at the end. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { ReproduceBody } from './body';
import { openNotebook } from '../../shell/open-notebook';
import { Reproducing } from './reproducing';
import { madeWords } from './words';

const [CANCEL, ACCEPT] = [0, 1];
/** Milliseconds that the line on what was made stays in sight; it is kept after that. */
const IN_SIGHT = 10_000;
/** Characters of a run's name in the title; the page has all of it. */
const NAME = 60;

/** Shows what differs, asks once, and opens what was made. */
export async function reproduceRun(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  run: string,
  name: string
): Promise<void> {
  const { serverSettings, events } = app.serviceManager;
  const model = new Reproducing({ serverSettings, events: events.stream, run });
  const dialog = new ReproduceDialog(model, trans, name);
  void model.look();
  try {
    await dialog.launch();
    if (model.shown?.state !== 'made') {
      await model.cancel();
      await model.ended();
    }
    await tell(app, model, trans);
  } finally {
    model.dispose();
  }
}

/** Stays open while it is being made: the main button does not close it, the end does. */
class ReproduceDialog extends Dialog<void> {
  constructor(
    private readonly model: Reproducing,
    private readonly trans: TranslationBundle,
    name: string
  ) {
    super({
      title: trans.__('Reproduce %1?', clipped(name)),
      body: new Body(model, trans),
      defaultButton: CANCEL,
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Reproduce') })
      ]
    });
    this.addClass('smo-ReproduceDialog');
    model.changed.connect(this.follow, this);
    this.follow();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.changed.disconnect(this.follow, this);
      super.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    // The answer may be there before the dialog has given the focus to its first button.
    this.node.addEventListener('focusin', () => this.follow(), { once: true });
    super.onAfterAttach(message);
  }

  override handleEvent(event: Event): void {
    // JupyterLab before 4.6 takes Enter on any control of the body for the default button.
    const isEnter = event instanceof KeyboardEvent && event.key === 'Enter';
    const inBody = (event.target as Element | null)?.closest?.('.smo-Reproduce');
    if (!(isEnter && inBody)) {
      super.handleEvent(event);
    }
  }

  override resolve(index?: number): void {
    if (index === ACCEPT) {
      this.accept();
    } else {
      super.resolve(CANCEL);
    }
  }

  private accept(): void {
    if (this.model.isOver) {
      void this.model.look();
    } else {
      void this.model.confirm();
    }
  }

  private follow(): void {
    const { shown, isOver } = this.model;
    if (shown?.state === 'made' || this.model.isDisposed) {
      super.resolve(CANCEL); // nothing is left to be answered
      return;
    }
    const { trans } = this;
    const [cancel, accept] = this.node.querySelectorAll<HTMLButtonElement>(
      '.jp-Dialog-footer button.jp-Dialog-button'
    );
    if (!cancel || !accept) {
      return;
    }
    const isPlanned = !isOver && shown?.state === 'planned';
    const isImpossible = isPlanned && shown.plan?.possible !== true;
    label(accept, isOver ? trans.__('Retry') : trans.__('Reproduce'));
    label(cancel, isOver || isImpossible ? trans.__('Close') : trans.__('Cancel'));
    const focused = document.activeElement;
    accept.hidden = isImpossible;
    accept.disabled = isImpossible || !(isPlanned || isOver);
    if (accept.disabled) {
      this.offered = false;
      if (focused === accept) {
        cancel.focus();
      }
    } else if (!this.offered && focused === cancel) {
      // Nothing is lost by the main button; who went elsewhere meanwhile stays there.
      this.offered = true;
      accept.focus();
    }
  }

  /** The main button had the focus offered since it can be pressed. */
  private offered = false;
}

class Body extends ReactWidget implements Dialog.IBodyWidget<void> {
  constructor(
    private readonly model: Reproducing,
    private readonly trans: TranslationBundle
  ) {
    super();
    model.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.changed.disconnect(this.update, this);
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { shown, refusal, late } = this.model;
    const { trans } = this;
    return React.createElement(ReproduceBody, { shown, refusal, late, trans });
  }
}

function clipped(name: string): string {
  return name.length > NAME ? `${name.slice(0, NAME)}…` : name;
}

function label(button: HTMLButtonElement, text: string): void {
  const node = button.querySelector('.jp-Dialog-buttonLabel');
  if (node && node.textContent !== text) {
    node.textContent = text;
    button.setAttribute('aria-label', text);
    button.title = '';
  }
}

/** Opens the notebook, and says in a line where it is and what differs. */
async function tell(
  app: JupyterFrontEnd,
  model: Reproducing,
  trans: TranslationBundle
): Promise<void> {
  const { made, plan } = model.shown ?? {};
  if (!made) {
    return;
  }
  const { commands } = app;
  const actions: Notification.IAction[] = [];
  if (made.install !== '') {
    actions.push({
      label: trans.__('Copy install command'),
      caption: trans.__(
        'For a terminal: the packages as they were, in a folder beside it'
      ),
      callback: event => {
        event.preventDefault();
        Clipboard.copyToSystem(made.install);
      }
    });
  }
  const folder = made.folder_contents;
  if (folder !== '' && commands.hasCommand('filebrowser:open-path')) {
    actions.push({
      label: trans.__('Show the folder'),
      callback: event => {
        event.preventDefault();
        void commands.execute('filebrowser:open-path', { path: folder });
      }
    });
  } else {
    actions.push({
      label: trans.__('Copy the path'),
      callback: event => {
        event.preventDefault();
        Clipboard.copyToSystem(made.place);
      }
    });
  }
  let why = made.why;
  if (made.contents !== '') {
    try {
      await openNotebook(commands, made.contents);
    } catch {
      why = trans.__('JupyterLab could not open %1.', made.notebook);
    }
  }
  const said = madeWords(made, plan ?? null, trans);
  const options = { autoClose: IN_SIGHT as number, actions };
  if (why === '') {
    Notification.success(said, options);
  } else {
    Notification.warning(`${why} ${said}`, options);
  }
}
