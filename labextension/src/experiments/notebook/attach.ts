/** A notebook whose cells record: what is asked of the server, and where it is shown. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import { request } from '../../api/request';
import type { KernelRun } from '../../api/types';
import { shell } from '../../shell/plugin';
import type { IExperimentsRoom } from '../room';
import type { Executions, INews } from './executions';
import type { INotebookContext, INotebookPanel } from './lab';
import { Rows } from './rows';
import { save } from './saving';
import { Watch } from './watch';

const POINTS = 40; // of a curve as small as a word
const TOGETHER = 100; // runs whose curves are asked for at once, or that a filter names

export interface IAttached {
  room: IExperimentsRoom;
  registry: ISettingRegistry | null;
  executions: Executions;
  panel: INotebookPanel;
  context: INotebookContext;
  /** What happened until it was loaded. */
  news: readonly INews[];
}

export function attach(attached: IAttached): void {
  const { room, executions, panel, context } = attached;
  const { contents, serverSettings } = room.app.serviceManager;
  const watch = new Watch({
    executions,
    seen: () => panel.isVisible && !document.hidden,
    path: () => {
      const drive = contents.driveName(context.path);
      return drive === '' || drive === 'RTC' ? contents.localPath(context.path) : null;
    },
    save: async () => save(context, contents, await isWanted(attached.registry)),
    runs: kernel =>
      request(serverSettings, 'get', '/experiments/kernels/{kernel}', {
        params: { kernel }
      }),
    keep: (kernel, body) =>
      request(serverSettings, 'post', '/experiments/kernels/{kernel}/notebook', {
        params: { kernel },
        body
      }),
    curves: async runs => {
      const some = runs.slice(0, TOGETHER);
      const metrics = [...new Set(some.map(run => run.metric))].slice(0, 20);
      const body = { runs: some.map(run => run.id), metrics, points: POINTS };
      const { curves } = await request(serverSettings, 'post', '/experiments/curves', {
        body
      });
      return new Map(
        some.map(({ id, metric }) => {
          const curve = curves.find(one => one.run === id && one.metric === metric);
          return [id, (curve?.values ?? []).map(Number)];
        })
      );
    }
  });
  const rows = new Rows({
    watch,
    panel,
    trans: room.trans,
    open: id => {
      if (room.deeds.open) {
        room.deeds.open(id);
      } else {
        show(room, []);
      }
    },
    more: runs => show(room, runs)
  });
  executions.news.connect((_, news) => watch.onNews(news));
  panel.disposed.connect(() => {
    rows.dispose();
    watch.dispose();
  });
  for (const news of attached.news) {
    watch.onNews(news);
  }
}

/** The table, narrowed to these runs. */
function show(room: IExperimentsRoom, runs: readonly KernelRun[]): void {
  const [run] = runs;
  if (run) {
    const ids = runs.slice(0, TOGETHER).map(({ id }) => `'${id}'`);
    const filter = `attributes.run_id IN (${ids.join(', ')})`;
    room.page.set({ filter, search: '', facets: {} });
  }
  room.openTable(run ? [run.experiment] : []);
}

/** Whether the person lets notebooks be saved for their runs. */
async function isWanted(registry: ISettingRegistry | null): Promise<boolean> {
  try {
    const settings = await registry?.load(shell.id);
    return settings?.composite.recordNotebook !== false;
  } catch {
    return true; // the default
  }
}
