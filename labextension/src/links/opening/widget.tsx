/** The preview of a shared link as a tab of JupyterLab's main area. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { linkIcon } from '../../shell/icons';
// Loaded with the page, not at the start.
import '../../../style/links.css';
import '../../../style/links-opening.css';
import { copyNow } from '../making/clipboard';
import type { ILinksRoom } from '../room';
import { OpeningModel } from './opening';
import { PreviewPage } from './page';
import { openPlace } from './place';
import type { IPreviewDeeds } from './props';
import { tabWords } from './words';

let number = 0;

/** Shows the preview of a link; of one that is shown already, that page. */
export function showPreview(room: ILinksRoom, link: string): void {
  const { shell } = room.app;
  for (const widget of shell.widgets('main')) {
    if (widget instanceof PreviewWidget && widget.isOf(link)) {
      shell.activateById(widget.id);
      return;
    }
  }
  const page = new PreviewWidget(room, link);
  shell.add(page, 'main', { type: 'Shared link' });
  shell.activateById(page.id);
}

class PreviewWidget extends ReactWidget {
  constructor(
    private readonly room: ILinksRoom,
    link: string
  ) {
    super();
    number += 1;
    this.id = `sm-onboard-link-${number}`;
    this.addClass('smo-PreviewWidget');
    this.node.tabIndex = -1; // has the focus while there is nothing yet
    const { trans, app } = room;
    const { serverSettings, events } = app.serviceManager;
    this.title.label = trans.__('Shared link');
    this.title.icon = linkIcon;
    this.title.closable = true;
    this._model = new OpeningModel(serverSettings, events.stream, link);
    this._model.changed.connect(this._onChanged, this);
    this._deeds = {
      look: () => void this._model.look(),
      fetch: () => void this._model.fetch(),
      choose: how => void this._model.choose(how),
      cancel: () => this.close(),
      openAgain: () => void this._show(),
      showFolder: path => void app.commands.execute('filebrowser:open-path', { path }),
      copyText: copyNow
    };
    void this._model.look();
  }

  /** Whether it shows this link, and goes on. */
  isOf(link: string): boolean {
    return this._model.link === link && !this._model.isOver;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._model.dispose(); // what nobody looks at any more is forgotten
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { _model: model, room } = this;
    return (
      <PreviewPage
        link={model.link}
        shown={model.shown}
        refusal={model.refusal}
        isUnderWay={model.isUnderWay}
        isOver={model.isOver}
        late={model.late}
        notShown={this._notShown}
        markdown={room.markdown}
        trans={room.trans}
        deeds={this._deeds}
      />
    );
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      this.node.focus({ preventScroll: true });
    }
  }

  protected override onCloseRequest(message: Message): void {
    super.onCloseRequest(message);
    this.dispose();
  }

  private _onChanged(): void {
    if (this.isDisposed || this._model.isDisposed) {
      return;
    }
    const { shown } = this._model;
    this.title.label = clipped(tabWords(shown, this.room.trans));
    if (shown?.state === 'opened' && !this._wasShown) {
      this._wasShown = true;
      void this._show();
    }
    this.update();
  }

  private async _show(): Promise<void> {
    const opened = this._model.shown?.opened;
    if (!opened) {
      return;
    }
    try {
      await openPlace(this.room.app, opened);
      this._notShown = '';
    } catch {
      this._notShown = this.room.trans.__('JupyterLab could not open it.');
    }
    this.update();
  }

  private readonly _model: OpeningModel;
  private readonly _deeds: IPreviewDeeds;
  private _wasShown = false;
  private _notShown = '';
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
