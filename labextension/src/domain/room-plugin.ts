/** Puts the domain into the side panel: the header, the room and the status bar's item. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget, Toolbar } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Launchable } from '../api/types';
import { OPEN_DOCTOR } from '../doctor/commands';
import { Button } from '../shell/controls';
import { IOnboardPanel } from '../shell/tokens';
import { COMMANDS } from './commands';
import { Header } from './header';
import { launch, openLaunchMenu } from './launch';
import type { DomainModel, Refusal } from './model';
import { roomSummary } from './panelwords';
import { DomainRoom } from './room';
import type { IPanelDeeds } from './room-props';
import { look, PanelPart } from './room-widget';
import { addStatusItem } from './status';
import { IDomainModel } from './tokens';

/** Not in the palette: what there is to open, only the menu knows. */
const LAUNCH = 'sm-onboard:panel-launch';

/** Pixels that the Launch menu takes; it hangs from its right edge. */
const MENU = 300;

export const domainPanel: JupyterFrontEndPlugin<void> = {
  id: 'sm-onboard:domain-panel',
  description: 'Where one is and what runs, in the side panel of sm_onboard.',
  autoStart: true,
  requires: [IOnboardPanel, IDomainModel],
  optional: [ITranslator, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    panel: IOnboardPanel,
    model: DomainModel,
    translator: ITranslator | null,
    statusBar: IStatusBar | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const { commands } = app;
    const seen = new Signal<object, void>(model);
    let fresh = false;
    let planned = false;
    // Showing a panel tells each of its widgets: one look is enough for all of them.
    const onSeen = () => {
      if (!planned) {
        planned = true;
        queueMicrotask(() => {
          planned = false;
          fresh = look(model, header, room);
          seen.emit();
        });
      }
    };
    const tell = ({ message, hint }: Refusal) =>
      void Notification.warning([message, hint].filter(Boolean).join(' '), {
        autoClose: 10_000
      });
    const deeds: IPanelDeeds = {
      launch: (x, y) => {
        model.launchMenu().then(
          entries => openLaunchMenu(commands, LAUNCH, entries, Math.max(x, MENU), y),
          (error: unknown) => tell(error as RequestError)
        );
      },
      page: () => void commands.execute(COMMANDS.open),
      choose: domain => void model.choose(domain),
      again: () => void model.refresh(),
      copy: text => Clipboard.copyToSystem(text),
      setIdle: minutes => model.setIdle(minutes),
      stop: id => void model.stop([id], false),
      doctor: () => void commands.execute(OPEN_DOCTOR)
    };
    const part = (view: typeof Header) =>
      new PanelPart({ model, trans, deeds, view, onSeen });
    const header: PanelPart = part(Header);
    const room: PanelPart = part(DomainRoom);

    commands.addCommand(LAUNCH, {
      label: args => text(args.title),
      caption: args => text(args.why) || text(args.warning),
      isEnabled: args => typeof args.target === 'string' && !args.why,
      execute: args =>
        launch(
          { model, trans, tell },
          args.target as Launchable['target'],
          text(args.id),
          text(args.title)
        )
    });
    panel.setHeader(header);
    const toolbar = new Toolbar();
    toolbar.addItem(
      'page',
      ReactWidget.create(
        React.createElement(Button, {
          name: 'domain-page',
          icon: 'launch',
          label: trans.__('Show the domain'),
          onClick: () => deeds.page()
        })
      )
    );
    panel.addRoom({
      id: 'domain',
      title: trans.__('Domain'),
      rank: 40,
      share: 1,
      widget: room,
      toolbar,
      summary: {
        get text() {
          return roomSummary(model.state, model.apps?.rows ?? null, trans);
        },
        changed: model.changed
      }
    });
    if (statusBar) {
      addStatusItem(statusBar, {
        model,
        trans,
        fresh: () => fresh && model.feed.error === null,
        freshness: seen,
        reveal: () => panel.reveal()
      });
    }
  }
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
