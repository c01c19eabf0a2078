/** The latest runs inside JupyterLab's panel; the server reads only while they are seen. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { RunRow } from '../api/types';
import { Latest } from './latest';
import type { ExperimentsModel } from './model';

export interface ILatestWidgetOptions {
  model: ExperimentsModel;
  trans: TranslationBundle;
  /** Show a run's experiment on the page. */
  open(run: RunRow): void;
}

export class LatestWidget extends ReactWidget {
  constructor(private readonly options: ILatestWidgetOptions) {
    super();
    this.addClass('smo-PanelPart');
    options.model.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { model } = this.options;
      model.changed.disconnect(this.update, this);
      if (!model.isDisposed) {
        model.look('panel', false);
      }
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { model, trans, open } = this.options;
    return (
      <Latest
        state={model.state}
        error={model.feed.error}
        slow={model.feed.slow}
        trans={trans}
        now={Date.now()}
        open={open}
      />
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._look();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._look();
    this.update();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._look();
  }

  protected override onAfterDetach(message: Message): void {
    super.onAfterDetach(message);
    this._look();
  }

  private _look(): void {
    if (!this.options.model.isDisposed) {
      this.options.model.look('panel', this.isVisible);
    }
  }
}
