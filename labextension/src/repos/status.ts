/** The status bar's item: there only while work goes on. */

import type { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { isWorking, type ReposModel } from './model';

export function addStatusItem(
  statusBar: IStatusBar,
  model: ReposModel,
  trans: TranslationBundle,
  reveal: () => void
): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'smo-StatusItem';
  button.title = trans.__('Show Onboard');
  button.addEventListener('click', reveal);
  const item = new Widget();
  item.node.appendChild(button);
  const show = () => {
    const rows = model.repositories.filter(row => row.state !== 'skipped');
    const ready = rows.filter(row => row.state === 'ready').length;
    button.textContent = trans.__('Repositories %1 of %2', ready, rows.length);
  };
  model.changed.connect(show);
  show();
  statusBar.registerStatusItem('sm-onboard:repos', {
    item,
    align: 'right',
    rank: 20,
    isActive: () =>
      model.state !== null && model.repositories.length > 0 && isWorking(model.state),
    activeStateChanged: model.changed
  });
}
