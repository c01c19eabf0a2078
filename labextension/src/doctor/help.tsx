/** Help: the keys, and where everything else is. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

export async function showHelp(trans: TranslationBundle): Promise<void> {
  await showDialog({
    title: trans.__('Onboard'),
    body: ReactWidget.create(<Help trans={trans} />),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

function Help(props: { trans: TranslationBundle }): React.ReactElement {
  const { trans } = props;
  const keys: ReadonlyArray<readonly [string, string]> = [
    [trans.__('Up, Down, Home, End'), trans.__('move in a list')],
    [trans.__('Right, Left'), trans.__('open and close a row')],
    [trans.__('Enter'), trans.__('take a row’s main action')],
    ['Shift F10', trans.__('open a row’s menu')],
    [trans.__('Space, Shift'), trans.__('choose rows of a table')],
    ['/', trans.__('search in a table')],
    ['Esc', trans.__('leave, and change nothing')]
  ];
  return (
    <div className="smo-Help" data-smo-help="">
      <dl>
        {keys.map(([key, does]) => (
          <React.Fragment key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </React.Fragment>
        ))}
      </dl>
      <p>
        {trans.__(
          'Every action is a command, too: look for “Onboard” in the command palette.'
        )}
      </p>
      <p>
        {trans.__('In a terminal:')} <code>sm-onboard --help</code>
      </p>
    </div>
  );
}
