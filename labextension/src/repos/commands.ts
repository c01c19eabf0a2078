/**
 * Every action of the room as a command. Those of a row take its id as argument `id`;
 * from the palette they mean the row that last had the focus.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification, type ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { RequestError } from '../api/request';
import type { Repository } from '../api/types';
import { addIcon, againIcon, startIcon } from '../shell/icons';
import { DEEDS, deedWords, takesStep } from './deeds';
import { addRepository, showLog, showRefusal, showTeamFile } from './dialogs';
import type { Do, ReposModel } from './model';
import { isThere } from './words';

const ID = 'sm-onboard:repos';

export const COMMANDS = {
  updateAll: `${ID}-update-all`,
  add: `${ID}-add`,
  teamFile: `${ID}-team-file`,
  openStart: `${ID}-open-start`,
  openFolder: `${ID}-open-folder`,
  openGit: `${ID}-open-git`,
  showLog: `${ID}-show-log`,
  copyPath: `${ID}-copy-path`,
  install: `${ID}-install`,
  deed: (what: Do) => `${ID}-${what.replace('_', '-')}`
};

/** jupyterlab-git's own; there only when it is installed. */
const GIT_PANEL = 'git:ui';

export interface IReposCommandsOptions {
  app: JupyterFrontEnd;
  model: ReposModel;
  trans: TranslationBundle;
  palette: ICommandPalette | null;
  /** The person wants a second step also for what can be undone. */
  careful(): boolean;
  /** Brings the panel to the front, where second steps are shown. */
  reveal(): void;
}

export function hasGit(app: JupyterFrontEnd): boolean {
  return app.commands.hasCommand(GIT_PANEL);
}

export function addCommands(options: IReposCommandsOptions): void {
  const { app, model, trans } = options;
  const { commands } = app;
  const add: typeof commands.addCommand = (id, command) => {
    options.palette?.addItem({ command: id, category: 'Onboard' });
    return commands.addCommand(id, command);
  };
  const rowOf = (args: ReadonlyPartialJSONObject): Repository | undefined => {
    const id = typeof args.id === 'string' ? args.id : model.current;
    return id === null ? undefined : model.find(id);
  };
  /** A command for one row. */
  const addForRow = (
    id: string,
    label: (row: Repository | undefined) => string,
    able: (row: Repository) => boolean,
    execute: (row: Repository) => unknown,
    isVisible = () => true
  ) =>
    add(id, {
      isVisible,
      label: args => {
        const row = rowOf(args);
        // In a row's own menu its name would be said twice.
        return args.id !== undefined || !row ? label(row) : `${label(row)}: ${row.name}`;
      },
      isEnabled: args => {
        const row = rowOf(args);
        return row !== undefined && !model.busy.has(row.id) && able(row);
      },
      execute: args => {
        const row = rowOf(args);
        return row && able(row) ? execute(row) : undefined;
      }
    });

  add(COMMANDS.updateAll, {
    label: trans.__('Update all repositories'),
    caption: trans.__(
      'Read the configuration again, clone what is missing, update where safe'
    ),
    icon: againIcon,
    execute: async () => {
      try {
        await model.sync();
      } catch (error) {
        await showRefusal(trans, trans.__('Nothing was updated'), error as RequestError);
      }
    }
  });
  add(COMMANDS.add, {
    label: trans.__('Add repository…'),
    icon: addIcon,
    execute: () => addRepository(trans, body => model.add(body))
  });
  add(COMMANDS.teamFile, {
    label: trans.__('Write a team file'),
    execute: () => showTeamFile(trans)
  });
  const startOf = (args: ReadonlyPartialJSONObject): string | null | undefined =>
    typeof args.path === 'string' ? args.path : starts(model)[0]?.start;
  add(COMMANDS.openStart, {
    label: args =>
      typeof args.name === 'string'
        ? trans.__('Start here: %1', args.name)
        : trans.__('Start here'),
    caption: args => trans.__('Open %1', startOf(args) ?? ''),
    icon: startIcon,
    isEnabled: args => Boolean(startOf(args)),
    execute: args => {
      const path = startOf(args);
      return path ? commands.execute('docmanager:open', { path }) : undefined;
    }
  });

  for (const what of DEEDS) {
    addForRow(
      COMMANDS.deed(what),
      () => deedWords(what, trans, options.careful()),
      row => row.actions.includes(what),
      row => {
        if (takesStep(what, options.careful())) {
          options.reveal();
          model.asked = { id: row.id, what };
          return;
        }
        return model.act(row.id, what);
      }
    );
  }
  addForRow(
    COMMANDS.openFolder,
    () => trans.__('Open folder'),
    isThere,
    row => openFolder(options, row)
  );
  addForRow(
    COMMANDS.openGit,
    () => trans.__('Open in Git'),
    row => hasGit(app) && isThere(row) && row.contents_path !== null,
    async row => {
      // jupyterlab-git shows the repository that the file browser is in.
      await openFolder(options, row);
      await commands.execute(GIT_PANEL);
    },
    () => hasGit(app)
  );
  addForRow(
    COMMANDS.showLog,
    () => trans.__('Show log'),
    row => row.has_log,
    async row => {
      try {
        await showLog(trans, row.name, await model.log(row.id));
      } catch (error) {
        await showRefusal(trans, trans.__('The log did not come'), error as RequestError);
      }
    }
  );
  addForRow(
    COMMANDS.copyPath,
    () => trans.__('Copy path'),
    () => true,
    row => Clipboard.copyToSystem(fullPath(model, row))
  );
  addForRow(
    COMMANDS.install,
    () => trans.__('Install missing packages'),
    row => ['missing', 'failed'].includes(row.environment?.state ?? ''),
    row => model.install(row.id)
  );
}

/** Repositories whose team names a notebook to start with, and it is there. */
export function starts(model: ReposModel): readonly Repository[] {
  return model.repositories.filter(row => row.start !== null);
}

function fullPath(model: ReposModel, row: Repository): string {
  return `${model.state?.root ?? ''}/${row.path}`;
}

/** Shows the folder in the file browser. Starts no kernel: that would count as activity. */
async function openFolder(
  options: IReposCommandsOptions,
  row: Repository
): Promise<void> {
  const { app, model, trans } = options;
  if (row.contents_path === null) {
    const path = fullPath(model, row);
    Notification.info(trans.__('%1 is outside the folder that JupyterLab shows.', path), {
      autoClose: 8000,
      actions: [
        { label: trans.__('Copy path'), callback: () => Clipboard.copyToSystem(path) }
      ]
    });
    return;
  }
  await app.commands.execute('filebrowser:activate');
  await app.commands.execute('filebrowser:open-path', { path: row.contents_path });
}
