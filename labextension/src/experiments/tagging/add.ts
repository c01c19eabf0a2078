/** Adds tagging runs and writing their notes from the table; the dialogs are loaded when first used. */

import { REPRODUCE } from '../reproduce/add';
import type { IExperimentsRoom } from '../room';
import { inOrder } from '../table/selection';

export const TAG_RUNS = 'sm-onboard:tag-runs';
export const WRITE_NOTE = 'sm-onboard:write-run-note';

export function addTagging(room: IExperimentsRoom): void {
  const { trans, page, deeds } = room;
  const runOf = (args: { readonly id?: unknown }) =>
    typeof args.id === 'string' ? args.id : (page.current ?? '');
  /** The chosen ones with the run that is meant, else that one alone. */
  const runsOf = (args: { readonly id?: unknown }) => {
    const chosen = inOrder(page.chosen);
    const run = runOf(args);
    const isMeant = args.id === undefined ? chosen.length > 0 : page.chosen.has(run);
    return isMeant ? chosen : [run].filter(id => id.includes('.'));
  };
  let isOpen = false;
  const once = async (ask: (dialogs: typeof import('./dialogs')) => Promise<void>) => {
    if (!isOpen) {
      isOpen = true;
      try {
        await ask(await import('./dialogs'));
      } finally {
        isOpen = false;
      }
    }
  };
  room.add(TAG_RUNS, {
    label: args =>
      runsOf(args).length > 1
        ? trans.__('Tag the %1 chosen runs…', runsOf(args).length)
        : trans.__('Tag the run…'),
    caption: trans.__('One tag for all of them; Undo takes it back'),
    isEnabled: args => runsOf(args).length > 0,
    execute: args => once(({ tagRuns }) => tagRuns(room, runsOf(args)))
  });
  room.add(WRITE_NOTE, {
    label: trans.__('Write the run’s note…'),
    isEnabled: args => runOf(args).includes('.'),
    execute: args => once(({ writeNote }) => writeNote(room, runOf(args)))
  });
  room.runMenu.splice(room.runMenu.indexOf(REPRODUCE) + 1, 0, TAG_RUNS, WRITE_NOTE);
  deeds.tag = () => void room.app.commands.execute(TAG_RUNS);
}
