/** Registers the domain page: its model, commands and tab of the main area. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { RequestError } from '../api/request';
import { addCommands, COMMANDS, openRowMenu } from './commands';
import { openLaunchMenu } from './launch';
import { DomainModel } from './model';
import { PageState, type Tab } from './page-state';
import type { IDomainDeeds } from './props';
import { IDomainModel } from './tokens';
import { DomainWidget } from './widget';

/** There only where the doctor's page is. */
const DOCTOR = 'sm-onboard:open-doctor';

export const domain: JupyterFrontEndPlugin<IDomainModel> = {
  id: 'sm-onboard:domain',
  description: 'The page of the SageMaker domain: what runs, whose, and what it costs.',
  autoStart: true,
  provides: IDomainModel,
  optional: [ITranslator, ICommandPalette, ILauncher, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null
  ): IDomainModel => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const { serviceManager, commands } = app;
    const model = new DomainModel({
      serverSettings: serviceManager.serverSettings,
      events: serviceManager.events.stream,
      lost: serviceManager.connectionFailure
    });
    const page = new PageState();
    const tracker = new WidgetTracker<DomainWidget>({ namespace: 'sm-onboard-domain' });
    document.addEventListener('visibilitychange', () => {
      model.hidden = document.hidden;
    });
    model.hidden = document.hidden;

    const launchMenu = async (x: number, y: number) => {
      try {
        openLaunchMenu(commands, COMMANDS.launch, await model.launchMenu(), x, y);
      } catch (error) {
        const { code, message, hint } = error as RequestError;
        page.set({ told: { code, message, hint } });
      }
    };
    const deeds: IDomainDeeds = {
      show: tab => page.set({ tab }),
      set: more => page.set(more),
      setList: (name, more) => page.setList(name, more),
      refresh: () => void commands.execute(COMMANDS.refresh),
      choose: id => void model.choose(id),
      ask: (ids, others = false) => {
        model.asked = { ids, others };
      },
      stop: asked => {
        page.set({ chosen: new Set() });
        void model.stop(asked.ids, asked.others);
      },
      keep: () => {
        model.asked = null;
      },
      copy: text => Clipboard.copyToSystem(text),
      launch: (x, y) => void launchMenu(x, y),
      menu: (id, x, y) => openRowMenu(app, id, x, y),
      setIdle: minutes => model.setIdle(minutes)
    };
    const withDoctor: IDomainDeeds = {
      ...deeds,
      doctor: () => void commands.execute(DOCTOR)
    };
    const open = (tab: Tab | null) => {
      if (tab) {
        page.set({ tab });
      }
      const widget = tracker.currentWidget ?? make();
      app.shell.activateById(widget.id);
    };
    const make = (): DomainWidget => {
      const widget = new DomainWidget({
        model,
        page,
        trans,
        deeds: () => (commands.hasCommand(DOCTOR) ? withDoctor : deeds)
      });
      app.shell.add(widget, 'main', { type: 'Domain' });
      void tracker.add(widget);
      return widget;
    };
    addCommands({
      app,
      model,
      page,
      trans,
      palette,
      open,
      launchMenu: () => {
        // Once the page is there.
        requestAnimationFrame(() => tracker.currentWidget?.openLaunchMenu());
      }
    });
    let tab = page.view.tab;
    page.changed.connect(() => {
      const widget = tracker.currentWidget;
      if (widget && page.view.tab !== tab) {
        tab = page.view.tab;
        void tracker.save(widget);
      }
    });
    void restorer?.restore(tracker, {
      command: COMMANDS.open,
      args: () => ({ tab: page.view.tab }),
      name: () => 'page'
    });
    launcher?.add({ command: COMMANDS.open, category: 'sm-onboard', rank: 50 });
    return model;
  }
};
