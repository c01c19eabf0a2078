/** Adds reproducing to the experiments room; all of it but this is loaded when first used. */

import type { IExperimentsRoom } from '../room';
import { textAt } from '../table/columns';

export const REPRODUCE = 'sm-onboard:reproduce-run';

export function addReproduce(room: IExperimentsRoom): void {
  const { app, trans, model, page, deeds } = room;
  let isOpen = false;
  const runOf = (args: { readonly id?: unknown }) =>
    typeof args.id === 'string' && args.id !== '' ? args.id : (page.current ?? '');
  room.add(REPRODUCE, {
    label: trans.__('Reproduce the run…'),
    caption: trans.__('Shows what is different today, and asks before it makes anything'),
    isEnabled: args => runOf(args).includes('.'),
    execute: async args => {
      const run = runOf(args);
      if (isOpen || run === '') {
        return;
      }
      isOpen = true;
      try {
        const { reproduceRun } = await import('./dialog');
        const row = model.runs.rows.get(run) ?? -1;
        const name =
          textAt(model.runs.columns.get('attributes.name'), row) ||
          model.state?.latest.find(one => one.id === run)?.name ||
          run.slice(run.indexOf('.') + 1);
        await reproduceRun(app, trans, run, name);
      } finally {
        isOpen = false;
      }
    }
  });
  room.runMenu.unshift(REPRODUCE);
  deeds.reproduce = id => void app.commands.execute(REPRODUCE, { id });
}
