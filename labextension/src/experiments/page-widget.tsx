/**
 * The experiments page as a tab of JupyterLab's main area.
 *
 * The page itself is a file of its own, which the browser gets when the tab is first opened.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { experimentsIcon } from '../shell/icons';
import { SeenWidget } from '../shell/seen';
import type { ExperimentsModel } from './model';
import type { PageState } from './page-state';
import type { IExperimentsDeeds, IExperimentsPageProps } from './props';

const Page = React.lazy(async () => {
  const { ExperimentsPage } = await import('./page');
  return { default: ExperimentsPage };
});

export interface IExperimentsWidgetOptions {
  model: ExperimentsModel;
  page: PageState;
  trans: TranslationBundle;
  deeds: IExperimentsDeeds;
}

/** Looks while it is seen. */
export class ExperimentsWidget extends SeenWidget {
  constructor(private readonly options: IExperimentsWidgetOptions) {
    super();
    this.id = 'sm-onboard-experiments';
    this.addClass('smo-ExperimentsWidget');
    this.node.tabIndex = -1; // may have the focus while there is no list
    this.title.label = options.trans.__('Experiments');
    this.title.icon = experimentsIcon;
    this.title.closable = true;
    options.model.changed.connect(this.update, this);
    options.page.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { model, page } = this.options;
      model.changed.disconnect(this.update, this);
      page.changed.disconnect(this.update, this);
      if (!model.isDisposed) {
        model.look('page', false);
      }
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    return (
      <React.Suspense fallback={<div className="smo-Experiments" aria-busy="true" />}>
        <Page {...pageProps(this.options)} />
      </React.Suspense>
    );
  }

  protected override onSeen(): void {
    if (!this.options.model.isDisposed) {
      this.options.model.look('page', this.isVisible);
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const list = this.node.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]');
    (list ?? this.node).focus();
  }
}

/** What the page is given of what is known. */
export function pageProps(options: IExperimentsWidgetOptions): IExperimentsPageProps {
  const { model, page, trans, deeds } = options;
  const { state, feed, runs } = model;
  const wanted = new Set(model.experiments);
  const stores = (state?.stores ?? []).filter(store =>
    store.experiments.some(experiment => wanted.has(experiment.id))
  );
  const told = model.refusal ?? feed.error;
  // What is not looked at may be broken: the panel says so.
  const known = state?.stores.some(store => store.experiments.length > 0);
  const broken = (known ? stores : state?.stores)?.find(store => store.problem);
  const settled = state?.state === 'idle' && !model.partly;
  return {
    runs,
    state: told && !state ? 'failed' : settled ? 'ready' : 'loading',
    problem: told ?? broken?.problem ?? null,
    late: feed.slow ? trans.__('The Jupyter server') : '',
    experiments: stores.flatMap(store =>
      store.experiments.filter(one => wanted.has(one.id)).map(one => one.name)
    ),
    stores: stores.map(store => store.name),
    recording: state?.stores.find(store => store.recording),
    view: page.view,
    chosen: page.chosen,
    current: page.current,
    best: page.best,
    trans,
    deeds
  };
}
