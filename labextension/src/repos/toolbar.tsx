/** The room's buttons in its title bar. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, Toolbar } from '@jupyterlab/ui-components';
import { Menu } from '@lumino/widgets';
import * as React from 'react';

import { Button } from '../shell/controls';
import { COMMANDS } from './commands';

const SETTINGS = 'settingeditor:open';

/**
 * Not JupyterLab's own toolbar buttons: those tell readers of the screen that they are
 * toggles (`aria-pressed`), which these are not.
 */
export function makeToolbar(app: JupyterFrontEnd, trans: TranslationBundle): Toolbar {
  const { commands } = app;
  const toolbar = new Toolbar();
  const add = (name: string, button: React.ReactElement) =>
    toolbar.addItem(name, ReactWidget.create(button));
  add(
    'update-all',
    <Button
      name="update-all"
      icon="again"
      label={commands.label(COMMANDS.updateAll)}
      onClick={() => void commands.execute(COMMANDS.updateAll)}
    />
  );
  add(
    'more',
    <Button
      name="room-menu"
      icon="more"
      label={trans.__('More for repositories')}
      onClick={event => {
        const box = event.currentTarget.getBoundingClientRect();
        makeMenu(app).open(box.left, box.bottom);
      }}
    />
  );
  return toolbar;
}

function makeMenu(app: JupyterFrontEnd): Menu {
  const { commands } = app;
  const menu = new Menu({ commands });
  for (const command of [COMMANDS.updateAll, COMMANDS.add, COMMANDS.teamFile]) {
    menu.addItem({ command });
  }
  if (commands.hasCommand(SETTINGS)) {
    menu.addItem({ type: 'separator' });
    menu.addItem({ command: SETTINGS, args: { query: 'Onboard' } });
  }
  return menu;
}
