/** Adds comparing to the experiments room; all of it but this is loaded when first used. */

import { WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { IExperimentsRoom } from '../room';
import { inOrder } from '../table/selection';

export const COMPARE = 'sm-onboard:compare-runs';
export const COMPARE_WITH = 'sm-onboard:compare-with-chosen';

/** What is kept of a tab in the layout. */
interface ICompareTab extends Widget {
  /** The page's ids. */
  runs: readonly string[];
  readonly view: object;
  readonly kept: ISignal<unknown, void>;
}

export function addCompare(room: IExperimentsRoom): void {
  const { app, trans, page, deeds, restorer } = room;
  const tracker = new WidgetTracker<ICompareTab>({ namespace: 'sm-onboard-compare' });
  const runsOf = (args: { readonly runs?: unknown }): string[] =>
    Array.isArray(args.runs)
      ? args.runs.filter((id): id is string => typeof id === 'string' && id.includes('.'))
      : inOrder(page.chosen);
  const same = (one: readonly string[], other: readonly string[]) =>
    [...one].sort().join('\n') === [...other].sort().join('\n');
  room.add(COMPARE, {
    label: trans.__('Compare the chosen runs'),
    caption: trans.__('Values, code and curves side by side'),
    isEnabled: args => runsOf(args).length > 1,
    execute: async args => {
      const runs = runsOf(args);
      const { CompareWidget } = await import('./widget');
      let tab = tracker.find(one => same(one.runs, runs));
      if (!tab) {
        const made: ICompareTab = new CompareWidget(room, runs, args.view);
        tab = made;
        app.shell.add(made, 'main', { type: 'Compare' });
        void tracker.add(made);
        made.kept.connect(() => void tracker.save(made));
      }
      app.shell.activateById(tab.id);
    }
  });
  const withChosen = (args: { readonly id?: unknown }): string[] => {
    const id = typeof args.id === 'string' ? args.id : (page.current ?? '');
    return [...new Set([...inOrder(page.chosen), id])].filter(Boolean);
  };
  room.add(COMPARE_WITH, {
    label: trans.__('Compare with the chosen runs'),
    isEnabled: args => withChosen(args).length > 1,
    execute: args => app.commands.execute(COMPARE, { runs: withChosen(args) })
  });
  room.runMenu.splice(1, 0, COMPARE_WITH);
  deeds.compare = ids => void app.commands.execute(COMPARE, { runs: [...ids] });
  void restorer?.restore(tracker, {
    command: COMPARE,
    args: ({ runs, view }) => ({
      runs: [...runs],
      view: view as ReadonlyPartialJSONObject
    }),
    name: ({ id }) => id
  });
}
