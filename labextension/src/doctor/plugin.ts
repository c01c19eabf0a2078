/** Registers the doctor: its page, its commands, and the panel's footer. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  ICommandPalette,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { DomainModel } from '../domain/model';
import { IDomainModel } from '../domain/tokens';
import { againIcon, doctorIcon } from '../shell/icons';
import { IOnboardPanel } from '../shell/tokens';
import { COMMANDS } from './commands';
import { showHelp } from './help';
import { DoctorModel } from './model';
import { DoctorContent, FooterWidget } from './widget';
import { asText } from './words';

export const doctor: JupyterFrontEndPlugin<void> = {
  id: 'sm-onboard:doctor',
  description: 'What of sm_onboard works here, what does not, and what to ask for.',
  autoStart: true,
  requires: [IOnboardPanel, IDomainModel],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    panel: IOnboardPanel,
    domain: DomainModel,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const { commands, serviceManager } = app;
    const model = new DoctorModel({
      serverSettings: serviceManager.serverSettings,
      events: serviceManager.events.stream,
      lost: serviceManager.connectionFailure
    });
    const tracker = new WidgetTracker<MainAreaWidget<DoctorContent>>({
      namespace: 'sm-onboard-doctor'
    });
    const open = () => {
      let widget = tracker.currentWidget;
      if (!widget) {
        const content = new DoctorContent(model, trans, {
          again: () => void model.examine(),
          copy: text => Clipboard.copyToSystem(text)
        });
        widget = new MainAreaWidget({ content });
        widget.id = 'sm-onboard-doctor';
        widget.title.label = trans.__('Doctor');
        widget.title.icon = doctorIcon;
        widget.title.closable = true;
        app.shell.add(widget, 'main', { type: 'Doctor' });
        void tracker.add(widget);
      }
      app.shell.activateById(widget.id);
    };

    const add = (id: string, options: Parameters<typeof commands.addCommand>[1]) => {
      commands.addCommand(id, options);
      palette?.addItem({ command: id, category: 'Onboard' });
    };
    add(COMMANDS.open, {
      label: trans.__('Doctor'),
      caption: trans.__('What works here, what does not, and what to ask for'),
      icon: doctorIcon,
      execute: open
    });
    add(COMMANDS.again, {
      label: trans.__('Doctor: look again'),
      icon: againIcon,
      isEnabled: () => !model.looking,
      execute: () => {
        open();
        return model.examine();
      }
    });
    add(COMMANDS.copy, {
      label: trans.__('Doctor: copy report'),
      isEnabled: () => (model.report?.checks.length ?? 0) > 0,
      execute: () => {
        if (model.report) {
          Clipboard.copyToSystem(asText(model.report, trans));
        }
      }
    });
    add(COMMANDS.help, {
      label: trans.__('Help for Onboard'),
      execute: () => showHelp(trans)
    });
    panel.setFooter(
      new FooterWidget({
        model,
        domain,
        trans,
        onDoctor: () => void commands.execute(COMMANDS.open),
        onHelp: () => void commands.execute(COMMANDS.help)
      })
    );
    void restorer?.restore(tracker, { command: COMMANDS.open, name: () => 'page' });
  }
};
