/** The doctor's page and the panel's footer as JupyterLab's widgets. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { DomainModel } from '../domain/model';
import { Footer } from './footer';
import type { DoctorModel } from './model';
import type { IDoctorDeeds } from './view';

/** A file of its own, which the browser gets when the page is first opened. */
const View = React.lazy(async () => {
  const { DoctorView } = await import('./view');
  return { default: DoctorView };
});

/** Tells the model when somebody sees it. */
abstract class Seen extends ReactWidget {
  constructor(
    protected readonly model: DoctorModel,
    private readonly view: string
  ) {
    super();
    model.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.changed.disconnect(this.update, this);
      this.model.look(this.view, false);
      super.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.look();
  }

  protected override onAfterDetach(message: Message): void {
    super.onAfterDetach(message);
    this.look();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look();
    this.update();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.look();
  }

  protected look(): void {
    if (!this.model.isDisposed) {
      this.model.look(this.view, this.isVisible);
    }
  }
}

/** The page looks by itself the first time, as whoever opens it wants to know. */
export class DoctorContent extends Seen {
  constructor(
    model: DoctorModel,
    private readonly trans: TranslationBundle,
    private readonly deeds: IDoctorDeeds
  ) {
    super(model, 'page');
    this.addClass('smo-DoctorContent');
  }

  protected override look(): void {
    super.look();
    if (this.isVisible && !this._looked) {
      this._looked = true;
      void this.model.examine();
    }
  }

  protected override render(): React.ReactElement {
    const { model, trans, deeds } = this;
    return (
      <React.Suspense fallback={<div aria-busy="true" />}>
        <View
          report={model.report}
          looking={model.looking}
          error={model.feed.error ?? model.refusal}
          slow={model.feed.slow}
          trans={trans}
          deeds={deeds}
        />
      </React.Suspense>
    );
  }

  private _looked = false;
}

export interface IFooterOptions {
  model: DoctorModel;
  domain: DomainModel;
  trans: TranslationBundle;
  onDoctor(): void;
  onHelp(): void;
}

export class FooterWidget extends Seen {
  constructor(private readonly options: IFooterOptions) {
    super(options.model, 'footer');
    this.addClass('smo-PanelPart');
    options.domain.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.options.domain.changed.disconnect(this.update, this);
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { model, domain, trans, onDoctor, onHelp } = this.options;
    return (
      <Footer
        report={model.report}
        state={domain.state}
        trans={trans}
        onDoctor={onDoctor}
        onHelp={onHelp}
      />
    );
  }
}
