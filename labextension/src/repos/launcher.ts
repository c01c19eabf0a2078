/** "Start here" in the launcher, for each start notebook that exists. */

import type { ILauncher } from '@jupyterlab/launcher';
import { DisposableSet } from '@lumino/disposable';

import { COMMANDS, starts } from './commands';
import type { ReposModel } from './model';

export function addLauncherItems(launcher: ILauncher, model: ReposModel): void {
  let shown = '';
  let items = new DisposableSet();
  model.changed.connect(() => {
    const paths = starts(model).map(row => row.start ?? '');
    const wanted = paths.join('\n');
    if (wanted === shown) {
      return;
    }
    shown = wanted;
    items.dispose();
    items = new DisposableSet();
    for (const [rank, path] of paths.entries()) {
      items.add(
        launcher.add({
          command: COMMANDS.openStart,
          args: { path },
          category: 'sm-onboard',
          rank
        })
      );
    }
  });
}
