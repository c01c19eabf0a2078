/** The domain page as a tab of JupyterLab's main area. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, Toolbar } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { domainIcon } from '../shell/icons';
import { SeenWidget } from '../shell/seen';
import { DomainBar } from './bar';
import type { DomainModel } from './model';
import { NEEDS, type PageState } from './page-state';
import type { IDomainDeeds, IDomainPageProps } from './props';
import { titleWords } from './words';

/** A file of its own, which the browser gets when the tab is first opened. */
const Page = React.lazy(async () => {
  const { DomainPage } = await import('./page');
  return { default: DomainPage };
});

/** Pixels until the page has been measured. */
const WIDTH = 1000;

export interface IDomainWidgetOptions {
  model: DomainModel;
  page: PageState;
  trans: TranslationBundle;
  deeds(): IDomainDeeds;
}

export class DomainWidget extends MainAreaWidget<Content> {
  constructor(private readonly options: IDomainWidgetOptions) {
    const toolbar = new Toolbar();
    super({ content: new Content(options), toolbar });
    this.id = 'sm-onboard-domain';
    this.addClass('smo-DomainWidget');
    this.title.icon = domainIcon;
    this.title.closable = true;
    this._bar = new Bar(() => this.content.props);
    toolbar.addItem('bar', this._bar);
    options.model.changed.connect(this._follow, this);
    options.page.changed.connect(this._follow, this);
    this._follow();
  }

  /** As a click on its button does. */
  openLaunchMenu(): void {
    this.node.querySelector<HTMLButtonElement>('[data-smo-do="launch"]')?.click();
  }

  override dispose(): void {
    this.options.model.changed.disconnect(this._follow, this);
    this.options.page.changed.disconnect(this._follow, this);
    super.dispose();
  }

  private _follow(): void {
    this.title.label = titleWords(this.options.model.state, this.options.trans);
    this._bar.update();
  }

  private readonly _bar: Bar;
}

class Bar extends ReactWidget {
  constructor(private readonly props: () => IDomainPageProps) {
    super();
    this.addClass('smo-DomainBarItem');
  }

  protected override render(): React.ReactElement {
    return <DomainBar {...this.props()} />;
  }
}

/** Looks while it is seen, and says so. */
class Content extends SeenWidget {
  constructor(private readonly options: IDomainWidgetOptions) {
    super();
    this.addClass('smo-DomainContent');
    options.model.changed.connect(this.update, this);
    options.page.changed.connect(this._onPage, this);
  }

  get props(): IDomainPageProps {
    const { model, page, trans, deeds } = this.options;
    return {
      state: model.state,
      settings: model.settings,
      profiles: model.profiles,
      spaces: model.spaces,
      apps: model.apps,
      error: model.feed.error,
      answeredAt: model.feed.answeredAt,
      slow: model.feed.slow,
      refusal: model.refusal,
      busy: model.busy,
      refusals: model.refusals,
      asked: model.asked,
      view: page.view,
      width: this._width,
      trans,
      deeds: deeds()
    };
  }

  override dispose(): void {
    this.options.model.changed.disconnect(this.update, this);
    this.options.page.changed.disconnect(this._onPage, this);
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return (
      <React.Suspense fallback={<div className="smo-Domain" aria-busy="true" />}>
        <Page {...this.props} />
      </React.Suspense>
    );
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    const width = message.width >= 0 ? message.width : this.node.offsetWidth;
    if (width > 0 && width !== this._width) {
      this._width = width;
      this.update();
    }
  }

  private _onPage(): void {
    this.onSeen();
    this.update();
  }

  protected override onSeen(): void {
    const { model, page } = this.options;
    if (!model.isDisposed) {
      model.look('page', this.isVisible ? NEEDS[page.view.tab] : []);
    }
  }

  private _width = WIDTH;
}
