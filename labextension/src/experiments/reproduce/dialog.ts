/** The dialog around the body, what its buttons do, and the notebook that opens at the end. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ReproduceBody } from './body';
import { openNotebook } from './notebook';
import { Reproducing } from './reproducing';
import { madeWords } from './words';

const [CANCEL, ACCEPT] = [0, 1];
/** Milliseconds that the line on what was made stays in sight; it is kept after that. */
const IN_SIGHT = 20_000;

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
      title: trans.__('Reproduce %1?', name.slice(0, 100)),
      body: new Body(model, trans),
      defaultButton: CANCEL,
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Reproduce') })
      ]
    });
    this.addClass('smo-ReproduceDialog');
    model.changed.connect(this.show_, this);
    this.show_();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.changed.disconnect(this.show_, this);
      super.dispose();
    }
  }

  override resolve(index?: number): void {
    if (index === CANCEL) {
      super.resolve(CANCEL);
    } else if (index === ACCEPT) {
      this.accept();
    } else if (this.node.contains(document.activeElement)) {
      // JupyterLab 4.4 takes Enter on any control of the body for the default button.
      (document.activeElement as HTMLElement).click();
    }
  }

  private accept(): void {
    const { shown, refusal } = this.model;
    if (shown?.state === 'planned' && shown.plan?.possible) {
      void this.model.confirm();
    } else if (refusal !== null || shown?.state === 'failed') {
      void this.model.look();
    }
  }

  private show_(): void {
    const { shown, refusal } = this.model;
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
    const isPlanned = shown?.state === 'planned' && shown.plan?.possible === true;
    const isFailed = !isPlanned && (refusal !== null || shown?.state === 'failed');
    const isOver = shown?.state === 'planned' && !isPlanned;
    label(accept, isFailed ? trans.__('Retry') : trans.__('Reproduce'));
    label(cancel, isOver || isFailed ? trans.__('Close') : trans.__('Cancel'));
    const wasOff = accept.disabled;
    const hadFocus = document.activeElement === accept;
    accept.hidden = isOver;
    accept.disabled = !isPlanned && !isFailed;
    // Nothing is lost by the main button; who went elsewhere meanwhile stays there.
    if (wasOff && !accept.disabled && document.activeElement === cancel) {
      accept.focus();
    } else if (hadFocus && accept.disabled) {
      cancel.focus();
    }
  }
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
