/** Adds the page of one run to the experiments room; all of it but this is loaded when first used. */

import { WidgetTracker } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

import type { IExperimentsRoom } from '../room';

export const OPEN_RUN = 'sm-onboard:open-run';

/** What is kept of a tab in the layout. */
interface IRunTab extends Widget {
  /** The page's id. */
  readonly run: string;
}

export function addRun(room: IExperimentsRoom): void {
  const { app, trans, page, deeds, restorer } = room;
  const tracker = new WidgetTracker<IRunTab>({ namespace: 'sm-onboard-run' });
  const runOf = (args: { readonly id?: unknown }) =>
    typeof args.id === 'string' && args.id !== '' ? args.id : (page.current ?? '');
  room.add(OPEN_RUN, {
    label: trans.__('Open the run'),
    caption: trans.__('Everything that was recorded of it, on a page of its own'),
    isEnabled: args => runOf(args).includes('.'),
    execute: async args => {
      const run = runOf(args);
      const name = typeof args.name === 'string' ? args.name : '';
      const { RunWidget } = await import('./widget');
      let tab = tracker.find(one => one.run === run);
      if (!tab) {
        tab = new RunWidget(room, run, name);
        app.shell.add(tab, 'main', { type: 'Run' });
        void tracker.add(tab);
        tab.title.changed.connect(title => void tracker.save(title.owner as IRunTab));
      }
      app.shell.activateById(tab.id);
      return tab;
    }
  });
  room.runMenu.unshift(OPEN_RUN);
  deeds.open = id => void app.commands.execute(OPEN_RUN, { id });
  void restorer?.restore(tracker, {
    command: OPEN_RUN,
    args: ({ run, title }) => ({ id: run, name: title.label }),
    name: ({ run }) => run
  });
}
