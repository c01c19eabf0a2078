/** The status bar's item: the space, its price, and whether it is in use. */

import type { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { DomainModel } from './model';
import { statusWords } from './panelwords';

export interface IDomainStatusOptions {
  model: DomainModel;
  trans: TranslationBundle;
  /** Whether somebody looks, so that what is said of the use is of now. */
  fresh(): boolean;
  /** Emits when `fresh` changes. */
  freshness: ISignal<unknown, unknown>;
  reveal(): void;
}

export function addStatusItem(
  statusBar: IStatusBar,
  options: IDomainStatusOptions
): void {
  const { model, trans } = options;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'smo-StatusItem';
  button.dataset.smoStatus = 'domain';
  button.title = trans.__('Show where you are, what it costs and when it stops');
  button.addEventListener('click', () => options.reveal());
  const item = new Widget();
  item.node.appendChild(button);
  const changed = new Signal<object, void>(options);
  let text = '';
  const show = () => {
    const now = statusWords(model.state, options.fresh(), trans);
    if (now !== text) {
      button.textContent = text = now;
      changed.emit();
    }
  };
  model.changed.connect(show);
  options.freshness.connect(show);
  show();
  statusBar.registerStatusItem('sm-onboard:domain', {
    item,
    align: 'right',
    rank: 21,
    isActive: () => text !== '',
    activeStateChanged: changed
  });
}
