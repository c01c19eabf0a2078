/** Puts the panel into the left side bar. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { compassIcon } from './icons';
import { OnboardPanel } from './panel';
import { IOnboardPanel } from './tokens';

export const OPEN_PANEL = 'sm-onboard:open-panel';

/** Its id is also the settings' id: `schema/plugin.json`. */
export const shell: JupyterFrontEndPlugin<IOnboardPanel> = {
  id: 'sm-onboard:plugin',
  description: 'The side panel that the rooms of sm_onboard register with.',
  autoStart: true,
  provides: IOnboardPanel,
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): IOnboardPanel => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const panel = new OnboardPanel(trans, () => app.shell.activateById(panel.id));
    restorer?.add(panel, panel.id);
    // After the file browser, the running sessions and git; before extensions.
    app.shell.add(panel, 'left', { rank: 350, type: 'Onboard' });
    app.commands.addCommand(OPEN_PANEL, {
      label: trans.__('Show Onboard'),
      caption: trans.__('Show your team’s repositories in the side bar'),
      icon: compassIcon,
      execute: () => panel.reveal()
    });
    palette?.addItem({ command: OPEN_PANEL, category: 'Onboard' });
    return panel;
  }
};
