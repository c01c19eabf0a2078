/** The latest runs inside JupyterLab's panel; the server reads only while they are seen. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { SeenWidget } from '../shell/seen';
import { Latest, type ILatestDeeds } from './latest';
import type { ExperimentsModel } from './model';

export interface ILatestWidgetOptions {
  model: ExperimentsModel;
  trans: TranslationBundle;
  deeds: ILatestDeeds;
}

export class LatestWidget extends SeenWidget {
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
    const { model, trans, deeds } = this.options;
    return (
      <Latest
        state={model.state}
        error={model.feed.error}
        slow={model.feed.slow}
        trans={trans}
        now={Date.now()}
        deeds={deeds}
      />
    );
  }

  protected override onSeen(): void {
    if (!this.options.model.isDisposed) {
      this.options.model.look('panel', this.isVisible);
    }
  }
}
