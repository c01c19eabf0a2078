/** Notebooks: what their cells record is shown below them, and kept as it ran. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { IExperimentsRoom } from '../room';
import { Executions, type INews } from './executions';
import type { INotebookPanel } from './lab';

/** Adds nothing to a notebook before one of its cells may have recorded. */
export function addNotebook(
  room: IExperimentsRoom,
  registry: ISettingRegistry | null
): void {
  room.app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (panel, context) => {
      const executions = new Executions(context.sessionContext);
      const news: INews[] = [];
      const onNews = (_: Executions, one: INews) => {
        if (!one.records && news.length === 0) {
          return;
        }
        news.push(one);
        if (news.length === 1) {
          void import('./attach').then(({ attach }) => {
            executions.news.disconnect(onNews);
            if (!panel.isDisposed) {
              const notebook = panel as unknown as INotebookPanel;
              attach({ room, registry, executions, panel: notebook, context, news });
            }
          });
        }
      };
      executions.news.connect(onNews);
      return executions;
    }
  });
}
