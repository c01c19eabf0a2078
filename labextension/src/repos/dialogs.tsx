/** The room's dialogs: add a repository, an example of a team file, a log. */

import { Clipboard, Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { NewRepository } from '../api/types';

/** A team file that works as it is, once its addresses are the team's. */
export const TEAM_FILE = `version: 1
repositories:
  - url: https://github.com/acme/churn.git
    branch: main
    open: notebooks/start.ipynb
    environment: requirements.txt
  - url: https://github.com/acme/ds-utils.git
    secret: acme/github
`;

/** Asks for a repository until the server takes it or the person gives up. */
export async function addRepository(
  trans: TranslationBundle,
  add: (body: NewRepository) => Promise<void>
): Promise<void> {
  let typed: ITyped = { url: '', branch: '', path: '' };
  let refusal: RequestError | null = null;
  for (;;) {
    const body: AddBody = new AddBody(typed, refusal, trans);
    const { button } = await showDialog({
      title: trans.__('Add a repository'),
      body,
      focusNodeSelector: 'input',
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Add and clone') })
      ]
    });
    if (!button.accept) {
      return;
    }
    typed = body.getValue();
    try {
      return await add({
        url: typed.url.trim(),
        branch: typed.branch.trim() || null,
        path: typed.path.trim() || null
      });
    } catch (error) {
      refusal = error as RequestError;
    }
  }
}

interface ITyped {
  url: string;
  branch: string;
  path: string;
}

class AddBody extends ReactWidget implements Dialog.IBodyWidget<ITyped> {
  constructor(
    private typed: ITyped,
    private readonly refusal: RequestError | null,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('smo-Dialog');
  }

  getValue(): ITyped {
    return this.typed;
  }

  protected override render(): React.ReactElement {
    const { trans, refusal } = this;
    return (
      <>
        {refusal && (
          <p className="smo-Row-refusal" role="alert">
            {refusal.message} <span className="smo-secondary">{refusal.hint}</span>
          </p>
        )}
        {this.field('url', trans.__('Address'), 'https://github.com/acme/churn.git')}
        {this.field('branch', trans.__('Branch'), trans.__('the remote’s own'))}
        {this.field('path', trans.__('Folder'), trans.__('the repository’s name'))}
        <p className="smo-Footnote">
          {trans.__(
            'It is written into your own onboard.yaml, and cloned in the background.'
          )}
        </p>
      </>
    );
  }

  private field(key: keyof ITyped, label: string, hint: string): React.ReactElement {
    return (
      <label className="smo-Dialog-field">
        {label}
        <input
          className="smo-Field"
          name={key}
          spellCheck={false}
          autoComplete="off"
          placeholder={hint}
          defaultValue={this.typed[key]}
          onChange={event => {
            this.typed = { ...this.typed, [key]: event.target.value };
          }}
        />
      </label>
    );
  }
}

/** Shows an example of a team file, to copy. */
export async function showTeamFile(trans: TranslationBundle): Promise<void> {
  const example = (
    <div className="smo-Dialog">
      <p>
        {trans.__(
          'Save this as onboard.yaml in a repository of the team. Whoever administers the server names it in SmOnboard.team_file.'
        )}
      </p>
      <pre className="smo-Log" tabIndex={0}>
        {TEAM_FILE}
      </pre>
    </div>
  );
  await showText(trans, trans.__('A team file'), example, TEAM_FILE);
}

/** Shows what git said about one repository. */
export async function showLog(
  trans: TranslationBundle,
  name: string,
  text: string
): Promise<void> {
  const log = (
    <div className="smo-Dialog">
      <pre className="smo-Log" tabIndex={0} aria-label={trans.__('Log of %1', name)}>
        {text || trans.__('Nothing was said yet.')}
      </pre>
    </div>
  );
  await showText(trans, trans.__('Log of %1', name), log, text);
}

async function showText(
  trans: TranslationBundle,
  title: string,
  body: React.ReactElement,
  text: string
): Promise<void> {
  const copy = trans.__('Copy');
  const { button } = await showDialog({
    title,
    body,
    buttons: [
      Dialog.createButton({ label: copy, accept: false }),
      Dialog.okButton({ label: trans.__('Close') })
    ],
    defaultButton: 1
  });
  if (button.label === copy) {
    Clipboard.copyToSystem(text);
  }
}

/** A refusal that belongs to no row. */
export async function showRefusal(
  trans: TranslationBundle,
  title: string,
  error: RequestError
): Promise<void> {
  await showDialog({
    title,
    body: [error.message, error.hint].filter(Boolean).join(' '),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
