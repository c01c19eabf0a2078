/** The latest runs inside JupyterLab's panel; the server reads only while they are seen. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { SeenWidget } from '../shell/seen';
import { Latest, type ILatestDeeds } from './latest';
import type { Sparks } from './charts/sparks';
import type { ExperimentsModel } from './model';
import type { IExperimentsDeeds } from './props';

export interface ILatestWidgetOptions {
  model: ExperimentsModel;
  trans: TranslationBundle;
  deeds: ILatestDeeds;
  /** Without it there are no curves beside the runs. */
  readCurves?: IExperimentsDeeds['readCurves'];
}

export class LatestWidget extends SeenWidget {
  constructor(private readonly options: ILatestWidgetOptions) {
    super();
    this.addClass('smo-PanelPart');
    options.model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { model } = this.options;
      model.changed.disconnect(this._onChanged, this);
      this._sparks?.dispose();
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
        spark={id => this._sparks?.of(id) ?? null}
        deeds={deeds}
      />
    );
  }

  protected override onSeen(): void {
    if (!this.options.model.isDisposed) {
      this.options.model.look('panel', this.isVisible);
      this._onChanged();
    }
  }

  private _onChanged(): void {
    this.update();
    const { model, readCurves } = this.options;
    if (
      !this.isVisible ||
      !model.state ||
      model.state.latest.length === 0 ||
      !readCurves
    ) {
      return;
    }
    if (this._sparks) {
      this._sparks.want(model.state);
    } else if (!this._asked) {
      this._asked = true;
      void import('./charts/sparks').then(({ Sparks }) => {
        if (!this.isDisposed) {
          this._sparks = new Sparks(readCurves, () => this.update());
          this._onChanged();
        }
      });
    }
  }

  private _sparks: Sparks | null = null;
  private _asked = false;
}
