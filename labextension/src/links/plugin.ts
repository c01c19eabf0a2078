/** Registers the links room: links made here, and links of others that are opened here. */

import {
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IMarkdownParser } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addMaking } from './making/add';
import { addOpening } from './opening/add';
import { addRestored } from './opening/restored';

/** Its id is also the settings' id: `schema/links.json`. */
export const links: JupyterFrontEndPlugin<void> = {
  id: 'sm-onboard:links',
  description: 'Links to a cell, a file or a run, made here and opened by colleagues.',
  autoStart: true,
  optional: [
    ITranslator,
    ICommandPalette,
    IRouter,
    ISettingRegistry,
    IToolbarWidgetRegistry,
    IMarkdownParser
  ],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    router: IRouter | null,
    registry: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
    markdown: IMarkdownParser | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const room = { app, trans, palette, registry, toolbars, markdown };
    addMaking(room);
    addOpening(room, router);
    addRestored(app);
  }
};
