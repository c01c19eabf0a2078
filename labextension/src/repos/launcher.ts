/** "Start here" in the launcher, for each start notebook that exists. */

import type { ILauncher } from '@jupyterlab/launcher';
import { DisposableSet } from '@lumino/disposable';

import { COMMANDS, starts } from './commands';
import type { ReposModel } from './model';

export function addLauncherItems(launcher: ILauncher, model: ReposModel): void {
  let shown = '';
  let items = new DisposableSet();
  model.changed.connect(() => {
    const rows = starts(model);
    const wanted = JSON.stringify(rows.map(row => [row.name, row.start]));
    if (wanted === shown) {
      return;
    }
    shown = wanted;
    items.dispose();
    items = new DisposableSet();
    for (const [rank, row] of rows.entries()) {
      // One needs no name; several do.
      const args = { path: row.start, ...(rows.length > 1 && { name: row.name }) };
      items.add(
        launcher.add({ command: COMMANDS.openStart, args, category: 'sm-onboard', rank })
      );
    }
  });
}
