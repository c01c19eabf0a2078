/** The dialog that takes a link, whatever address it begins with. */

import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

// Loaded with the dialog, not at the start.
import '../../../style/links.css';
import { LONGEST, SHARED_LINK } from '../address';

/** @returns what the person pastes; empty: they do not */
export async function pasted(trans: TranslationBundle): Promise<string> {
  const body = new Field(
    trans.__('The link'),
    trans.__('You see what it has before anything is opened.'),
    await inClipboard()
  );
  const dialog = new Dialog({
    title: trans.__('Open a shared link'),
    body,
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Show preview') })
    ]
  });
  dialog.addClass('smo-PasteDialog');
  const { button, value } = await dialog.launch();
  return button.accept ? (value ?? '').trim() : '';
}

class Field extends Widget implements Dialog.IBodyWidget {
  constructor(label: string, told: string, text: string) {
    super();
    const words = document.createElement('label');
    words.append(label, this.input);
    const note = document.createElement('p');
    note.className = 'smo-secondary';
    note.textContent = told;
    this.input.className = 'smo-Field';
    this.input.dataset.smoDo = 'paste-link';
    this.input.value = text;
    this.input.spellcheck = false;
    this.node.append(words, note);
  }

  getValue(): string {
    return this.input.value;
  }

  protected override onAfterAttach(): void {
    this.input.select();
  }

  private readonly input = document.createElement('input');
}

/** A link that was copied, where the browser tells it without asking the person. */
async function inClipboard(): Promise<string> {
  try {
    const name = 'clipboard-read' as PermissionName; // not every browser knows it
    const { state } = await navigator.permissions.query({ name });
    const text = state === 'granted' ? await navigator.clipboard.readText() : '';
    return text.length <= LONGEST && SHARED_LINK.test(text) ? text.trim() : '';
  } catch {
    return '';
  }
}
