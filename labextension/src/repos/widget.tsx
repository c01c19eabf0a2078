/** The view inside JupyterLab's panel. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { ReposModel } from './model';
import type { IReposDeeds } from './props';
import { ReposView } from './view';

/** Panels narrower than this, in pixels, show icons in place of words. */
const NARROW = 280;

export interface IReposWidgetOptions {
  model: ReposModel;
  trans: TranslationBundle;
  deeds: Omit<IReposDeeds, 'dismissIdentity'>;
  careful(): boolean;
  hasGit(): boolean;
}

export class ReposWidget extends ReactWidget {
  constructor(private readonly options: IReposWidgetOptions) {
    super();
    this.addClass('smo-ReposWidget');
    const { deeds, model } = options;
    this._deeds = {
      ...deeds,
      dismissIdentity: () => {
        this._identityDismissed = true;
        this.update();
      }
    };
    model.changed.connect(this.update, this);
  }

  override dispose(): void {
    this.options.model.changed.disconnect(this.update, this);
    super.dispose();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    // A widget below a plain panel is told that something changed, not its size.
    const width = message.width >= 0 ? message.width : this.node.offsetWidth;
    const narrow = width < NARROW;
    if (width > 0 && narrow !== this._narrow) {
      this._narrow = narrow;
      this.update();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected override render(): React.ReactElement {
    const { model, trans, careful, hasGit } = this.options;
    return (
      <ReposView
        state={model.state}
        error={model.feed.error}
        answeredAt={model.feed.answeredAt}
        slow={model.feed.slow}
        busy={model.busy}
        refusals={model.refusals}
        asked={model.asked}
        narrow={this._narrow}
        careful={careful()}
        hasGit={hasGit()}
        identityDismissed={this._identityDismissed}
        trans={trans}
        deeds={this._deeds}
      />
    );
  }

  private readonly _deeds: IReposDeeds;
  private _narrow = false;
  private _identityDismissed = false;
}
