/** The popover at the control that asked for a link. There is one at a time. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { NotebookPage } from '../../api/types';
import { save } from '../../experiments/notebook/saving';
// Loaded with the popover, not at the start.
import '../../../style/links.css';
import '../../../style/links-making.css';
import { copyLater, copyNow } from './clipboard';
import { MakingModel } from './making';
import { place } from './place';
import type { ILinkDeeds } from './props';
import type { ITarget } from './target';
import { LinkView } from './view';

/** The settings' id: `schema/links.json`. */
const SETTINGS = 'sm-onboard:links';

export interface ILinkAsked {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
  readonly registry: ISettingRegistry | null;
  /** null: the links that were made here. */
  readonly target: ITarget | null;
  /** Where the control is, or was: a menu's item is gone when its popover comes. */
  readonly anchor: DOMRect;
  /** The person chose it in a control or menu of ours: make it at once. */
  readonly isByPerson: boolean;
}

let open: LinkPopover | null = null;

export function showLink(asked: ILinkAsked): void {
  open?.dispose();
  open = new LinkPopover(asked);
  Widget.attach(open, document.body);
}

class LinkPopover extends ReactWidget {
  constructor(private readonly asked: ILinkAsked) {
    super();
    this.addClass('smo-LinkPopover');
    const { app, target, registry } = asked;
    const { serverSettings, events, contents } = app.serviceManager;
    this._before = document.activeElement;
    const model = new MakingModel({
      serverSettings,
      events: events.stream,
      target,
      base: URLExt.join(PageConfig.getBaseUrl(), 'lab'),
      save: async () =>
        target?.context
          ? save(target.context, contents, await isWanted(registry))
          : 'saved',
      copyLater,
      copyNow,
      download
    });
    this._model = model;
    this._deeds = {
      make: push => model.make(push),
      copy: () => void model.copy(),
      confirm: () => void model.confirm(),
      cancel: () => void model.cancel(),
      choose: more => model.choose(more),
      savePage: secrets => void model.savePage(secrets),
      forgetPage: () => model.forgetPage(),
      readMade: () => void model.readMade(),
      deleteMade: id => void model.deleteMade(id),
      copyText: copyNow,
      close: () => this.dispose()
    };
    model.changed.connect(this.update, this);
    if (target && asked.isByPerson) {
      model.make();
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const had = this.node.contains(document.activeElement);
    document.removeEventListener('pointerdown', this._onPointer, true);
    window.removeEventListener('resize', this._place);
    this._sizes?.disconnect();
    this._model.dispose();
    if (open === this) {
      open = null;
    }
    super.dispose();
    if (had && this._before instanceof HTMLElement && this._before.isConnected) {
      this._before.focus({ preventScroll: true });
    }
  }

  protected override render(): React.ReactElement {
    const { _model: model } = this;
    return (
      <LinkView
        target={model.target}
        shown={model.shown}
        standing={model.standing}
        refusal={model.refusal}
        isUnderWay={model.isUnderWay}
        isOver={model.isOver}
        late={model.late}
        saving={model.saving}
        copied={model.copied}
        form={model.form}
        isOther={model.isOther}
        made={model.made}
        page={model.page}
        trans={this.asked.trans}
        deeds={this._deeds}
      />
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('pointerdown', this._onPointer, true);
    window.addEventListener('resize', this._place);
    if (typeof ResizeObserver !== 'undefined') {
      this._sizes = new ResizeObserver(this._place);
      this._sizes.observe(this.node);
    }
    this._place();
  }

  private readonly _place = (): void => {
    place(this.node, this.asked.anchor);
  };

  /** A click elsewhere leaves what has ended; what goes on is left by its own buttons. */
  private readonly _onPointer = (event: Event): void => {
    const { _model: model } = this;
    const isInside = event.target instanceof Node && this.node.contains(event.target);
    if (!isInside && !model.isUnderWay && model.shown?.state !== 'asks') {
      this.dispose();
    }
  };

  private readonly _model: MakingModel;
  private readonly _deeds: ILinkDeeds;
  private readonly _before: Element | null;
  private _sizes: ResizeObserver | null = null;
}

/** Whether the person lets a file be saved before a link to it is made. */
async function isWanted(registry: ISettingRegistry | null): Promise<boolean> {
  try {
    const settings = await registry?.load(SETTINGS);
    return settings?.composite.saveFirst !== false;
  } catch {
    return true; // the default
  }
}

/** As one of the person's downloads: never opened as a page of this address. */
function download(page: NotebookPage): void {
  const blob = new Blob([page.html], { type: 'application/octet-stream' });
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = page.name;
  link.click();
  URL.revokeObjectURL(address);
}
