/** Registers the repositories room: its view, commands, menus and notifications. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { shell } from '../shell/plugin';
import { IOnboardPanel } from '../shell/tokens';
import { addCommands, COMMANDS, hasGit } from './commands';
import { takesStep } from './deeds';
import { addLauncherItems } from './launcher';
import { openRowMenu } from './menu';
import { ReposModel } from './model';
import { FirstSetup } from './setup';
import { addStatusItem } from './status';
import { makeToolbar } from './toolbar';
import { ReposWidget } from './widget';
import { summaryWords } from './words';

/** `schema/plugin.json`. */
interface ISettings {
  openPanelFirst: boolean;
  notifications: boolean;
  confirm: boolean;
}

export const repos: JupyterFrontEndPlugin<void> = {
  id: 'sm-onboard:repos',
  description: 'The team’s repositories in the side panel of sm_onboard.',
  autoStart: true,
  requires: [IOnboardPanel],
  optional: [ITranslator, ICommandPalette, ISettingRegistry, ILauncher, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    panel: IOnboardPanel,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    launcher: ILauncher | null,
    statusBar: IStatusBar | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const { serviceManager } = app;
    const model = new ReposModel({
      serverSettings: serviceManager.serverSettings,
      events: serviceManager.events.stream,
      lost: serviceManager.connectionFailure
    });
    const settings: ISettings = {
      openPanelFirst: true,
      notifications: true,
      confirm: false
    };
    const careful = () => settings.confirm;
    const reveal = () => panel.reveal();

    addCommands({ app, model, trans, palette, careful, reveal });
    const widget = makeWidget(app, model, trans, careful);
    panel.addRoom({
      id: 'repos',
      title: trans.__('Repositories'),
      rank: 10,
      widget,
      toolbar: makeToolbar(app, trans),
      summary: {
        get text() {
          return summaryWords(model.state, trans);
        },
        changed: model.changed
      }
    });
    if (launcher) {
      addLauncherItems(launcher, model);
    }
    if (statusBar) {
      addStatusItem(statusBar, model, trans, reveal);
    }
    document.addEventListener('visibilitychange', () => {
      model.feed.paused = document.hidden;
    });
    model.feed.start();

    // The person's settings and the layout come later than the panel, which needs neither.
    void Promise.all([
      load(registry, settings, () => widget.update()),
      app.restored
    ]).then(() => {
      new FirstSetup({
        model,
        trans,
        memory: window.localStorage,
        opensPanel: () => settings.openPanelFirst,
        notifies: () => settings.notifications,
        reveal: first => panel.reveal(first),
        open: path => void app.commands.execute(COMMANDS.openStart, { path })
      });
    });
  }
};

function makeWidget(
  app: JupyterFrontEnd,
  model: ReposModel,
  trans: TranslationBundle,
  careful: () => boolean
): ReposWidget {
  const run = (command: string, args = {}) => void app.commands.execute(command, args);
  return new ReposWidget({
    model,
    trans,
    careful,
    hasGit: () => hasGit(app),
    deeds: {
      act: (id, what) => {
        if (takesStep(what, careful())) {
          model.asked = { id, what };
        } else {
          void model.act(id, what);
        }
      },
      confirm: asked => void model.act(asked.id, asked.what),
      keep: () => {
        model.asked = null;
      },
      install: id => void model.install(id),
      openFolder: id => run(COMMANDS.openFolder, { id }),
      openFile: (id, path) => {
        const folder = model.find(id)?.contents_path;
        if (folder !== null && folder !== undefined) {
          run('docmanager:open', { path: folder === '' ? path : `${folder}/${path}` });
        }
      },
      openGit: id => run(COMMANDS.openGit, { id }),
      showLog: id => run(COMMANDS.showLog, { id }),
      menu: (id, x, y) => openRowMenu(app.commands, id, x, y),
      select: id => {
        model.current = id;
      },
      add: () => run(COMMANDS.add),
      teamFile: () => run(COMMANDS.teamFile),
      again: () => void model.feed.refresh(),
      saveIdentity: identity => model.setIdentity(identity)
    }
  });
}

/** Fills `settings` in and keeps it so; the defaults stand where there is no registry. */
async function load(
  registry: ISettingRegistry | null,
  settings: ISettings,
  changed: () => void
): Promise<void> {
  if (!registry) {
    return;
  }
  try {
    const loaded = await registry.load(shell.id);
    const read = () => {
      Object.assign(settings, loaded.composite);
      changed();
    };
    loaded.changed.connect(read);
    read();
  } catch (error) {
    console.warn(
      'sm_onboard: the defaults are used, since the settings did not load.',
      error
    );
  }
}
