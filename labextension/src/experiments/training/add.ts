/** Adds what a run's training job can do to the palette and to a run's menu; the rest comes with its page. */

import type { IExperimentsRoom } from '../room';
import { OPEN_RUN } from '../run/add';

export const JOB_LOGS = 'sm-onboard:run-job-logs';
export const JOB_AGAIN = 'sm-onboard:run-job-again';

/** What of a run's tab is needed here. */
interface IJobTab {
  showJob(what: 'logs' | 'again'): void;
}

export function addTraining(room: IExperimentsRoom): void {
  const { app, trans, page, jobs } = room;
  const runOf = (args: { readonly id?: unknown }) =>
    typeof args.id === 'string' && args.id !== '' ? args.id : (page.current ?? '');
  const add = (id: string, what: 'logs' | 'again', label: string, caption: string) => {
    room.add(id, {
      label,
      caption,
      // Whether a run was in a job is known once it was opened.
      isEnabled: args => runOf(args).includes('.') && jobs.get(runOf(args)) !== false,
      isVisible: args => args.id === undefined || jobs.get(runOf(args)) === true,
      execute: async args => {
        const run = { id: runOf(args) };
        const tab = (await app.commands.execute(OPEN_RUN, run)) as IJobTab;
        tab.showJob(what);
      }
    });
    room.runMenu.splice(room.runMenu.indexOf(OPEN_RUN) + 1, 0, id);
  };
  add(
    JOB_AGAIN,
    'again',
    trans.__('Start the run’s training job again…'),
    trans.__('Shows what differs today and its price, and asks before it starts')
  );
  add(
    JOB_LOGS,
    'logs',
    trans.__('Show the logs of the run’s training job'),
    trans.__('What its machines wrote, from CloudWatch')
  );
}
