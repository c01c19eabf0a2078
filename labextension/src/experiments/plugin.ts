/** Registers the experiments room: its page, its commands, and the latest runs in the panel. */

import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  ICommandPalette,
  Notification,
  WidgetTracker
} from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { IMarkdownParser } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget, Toolbar } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';
import * as React from 'react';

import { OPEN_DOCTOR } from '../doctor/commands';
import { BY_PERSON, COMMANDS as LINKS } from '../links/commands';
import { Button } from '../shell/controls';
import { experimentsIcon } from '../shell/icons';
import { IOnboardPanel } from '../shell/tokens';
import { addCharts } from './charts/add';
import { commandLine } from './command-line';
import { addCompare } from './compare/add';
import { LatestWidget } from './latest-widget';
import { ExperimentsModel, firstChoice } from './model';
import { PageState } from './page-state';
import { ExperimentsWidget } from './page-widget';
import type { IExperimentsDeeds } from './props';
import { addNotebook } from './notebook/add';
import { addReproduce } from './reproduce/add';
import type { IExperimentsRoom } from './room';
import { addRun } from './run/add';
import { textAt } from './table/columns';
import { inOrder } from './table/selection';
import { viewFromJson, viewToJson } from './table/view-state';
import { addTagging } from './tagging/add';
import { addTraining } from './training/add';
import { readTableLink, TABLE_LINK, tableLink, withoutLink } from './table-link';

export const COMMANDS = {
  open: 'sm-onboard:open-experiments',
  refresh: 'sm-onboard:experiments-refresh',
  toggle: 'sm-onboard:experiments-toggle',
  copyLink: 'sm-onboard:experiments-copy-link',
  openLink: 'sm-onboard:experiments-open-link',
  copyId: 'sm-onboard:experiments-copy-run-id',
  copyName: 'sm-onboard:experiments-copy-run-name',
  copyReproduce: 'sm-onboard:experiments-copy-reproduce',
  copyCompare: 'sm-onboard:experiments-copy-compare'
};

export const experiments: JupyterFrontEndPlugin<void> = {
  id: 'sm-onboard:experiments',
  description:
    'The runs of your experiments: the latest in the side panel, all on a page.',
  autoStart: true,
  requires: [IOnboardPanel],
  optional: [
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    IRouter,
    ISettingRegistry,
    IMarkdownParser
  ],
  activate: (
    app: JupyterFrontEnd,
    panel: IOnboardPanel,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    registry: ISettingRegistry | null,
    markdown: IMarkdownParser | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('sm_onboard');
    const { commands, serviceManager } = app;
    const model = new ExperimentsModel({
      serverSettings: serviceManager.serverSettings,
      events: serviceManager.events.stream,
      lost: serviceManager.connectionFailure
    });
    const page = new PageState();
    const tracker = new WidgetTracker<ExperimentsWidget>({
      namespace: 'sm-onboard-experiments'
    });
    document.addEventListener('visibilitychange', () => {
      model.hidden = document.hidden;
    });
    model.hidden = document.hidden;

    const rowMenu = (id: string, x: number, y: number) => {
      const menu = new Menu({ commands });
      for (const command of room.runMenu) {
        menu.addItem({ command, args: { id, name: nameOf(id), ...BY_PERSON } });
      }
      menu.open(x, y);
    };
    const experimentsMenu = (x: number, y: number) => {
      const menu = new Menu({ commands });
      menu.addClass('smo-Experiments-choice');
      for (const { experiments, name: of, recording } of model.state?.stores ?? []) {
        const store = recording ? trans.__('%1, where your runs go', of) : of;
        for (const { id, name } of experiments) {
          menu.addItem({ command: COMMANDS.toggle, args: { id, name, store } });
        }
      }
      menu.open(x, y);
    };
    const deeds: IExperimentsDeeds = {
      set: more => page.set(more),
      choose: chosen => {
        page.chosen = chosen;
      },
      setCurrent: line => {
        page.current = line;
      },
      menu: rowMenu,
      chooseExperiments: experimentsMenu,
      saveCsv: text => save(text, 'runs.csv'),
      copy: text => Clipboard.copyToSystem(text),
      refresh: () => void commands.execute(COMMANDS.refresh),
      copyLink: () => void commands.execute(COMMANDS.copyLink)
    };
    const open = (chosen: readonly string[]) => {
      if (chosen.length > 0) {
        model.choose(chosen);
      }
      let widget = tracker.currentWidget;
      if (!widget) {
        widget = new ExperimentsWidget({ model, page, trans, deeds });
        app.shell.add(widget, 'main', { type: 'Experiments' });
        void tracker.add(widget);
      }
      app.shell.activateById(widget.id);
    };
    // Once, so that the page is not empty at first.
    let chosen = false;
    model.changed.connect(() => {
      const found = firstChoice(model.state);
      if (chosen || !tracker.currentWidget || found.length === 0) {
        return;
      }
      chosen = true;
      if (model.experiments.length === 0) {
        model.choose(found);
      }
    });

    const add: IExperimentsRoom['add'] = (id, command) => {
      commands.addCommand(id, command);
      palette?.addItem({ command: id, category: 'Onboard' });
    };
    const room: IExperimentsRoom = {
      app,
      trans,
      model,
      page,
      deeds,
      palette,
      restorer,
      markdown,
      add,
      runMenu: [],
      names: new Map(),
      jobs: new Map(),
      openTable: open
    };
    add(COMMANDS.open, {
      label: trans.__('Experiments'),
      caption: trans.__('All runs of your experiments, to filter, sort and choose from'),
      icon: experimentsIcon,
      execute: args => {
        if (args.view !== undefined) {
          page.set(viewFromJson(args.view));
        }
        open(texts(args.experiments));
      }
    });
    add(COMMANDS.copyLink, {
      label: trans.__('Copy a link to this table of runs'),
      caption: trans.__(
        'With its filter, order and columns; it opens the reader’s own stores'
      ),
      isEnabled: () => tracker.currentWidget !== null,
      execute: () => {
        const base = URLExt.join(PageConfig.getBaseUrl(), 'lab');
        const { experiments } = model;
        Clipboard.copyToSystem(tableLink(base, { experiments, view: page.view }));
        Notification.success(trans.__('The link to this table was copied.'), {
          autoClose: 3000
        });
      }
    });
    commands.addCommand(COMMANDS.openLink, {
      label: trans.__('Open a link to a table of runs'),
      execute: args => {
        const link = readTableLink(text(args.search));
        if (link) {
          page.set(link.view);
          open(link.experiments);
          const path = text(args.path) + withoutLink(text(args.search)) + text(args.hash);
          router?.navigate(path, { skipRouting: true });
        }
      }
    });
    router?.register({ command: COMMANDS.openLink, pattern: TABLE_LINK, rank: 20 });
    add(COMMANDS.refresh, {
      label: trans.__('Read the experiments again'),
      execute: () => model.refresh()
    });
    commands.addCommand(COMMANDS.toggle, {
      label: args => text(args.name),
      caption: args => text(args.store),
      isToggleable: true,
      isToggled: args => model.experiments.includes(text(args.id)),
      execute: args => {
        const id = text(args.id);
        const now = model.experiments;
        model.choose(now.includes(id) ? now.filter(one => one !== id) : [...now, id]);
      }
    });
    const run = (args: ReadonlyPartialJSONObject) =>
      text(args.id) || (page.current ?? '');
    const nameOf = (id: string): string => {
      const row = model.runs.rows.get(id) ?? -1;
      const name = textAt(model.runs.columns.get('attributes.name'), row);
      const latest = model.state?.latest.find(one => one.id === id)?.name;
      return name ?? room.names.get(id) ?? latest ?? '';
    };
    add(COMMANDS.copyId, {
      label: trans.__('Copy the run’s id'),
      isEnabled: args => run(args).includes('.'),
      execute: args => {
        const id = run(args);
        Clipboard.copyToSystem(id.slice(id.indexOf('.') + 1)); // the store's own
      }
    });
    add(COMMANDS.copyName, {
      label: trans.__('Copy the run’s name'),
      isEnabled: args => nameOf(run(args)) !== '',
      execute: args => Clipboard.copyToSystem(nameOf(run(args)))
    });

    const stores = () => model.state?.stores ?? [];
    add(COMMANDS.copyReproduce, {
      label: trans.__('Copy the command that reproduces it'),
      caption: trans.__('It shows what differs today, and asks before it makes anything'),
      isEnabled: args => commandLine('reproduce', [run(args)], stores()) !== '',
      execute: args =>
        Clipboard.copyToSystem(commandLine('reproduce', [run(args)], stores()))
    });
    const compared = () => commandLine('compare', inOrder(page.chosen), stores());
    add(COMMANDS.copyCompare, {
      label: trans.__('Copy the command that compares the chosen runs'),
      isEnabled: () => page.chosen.size > 1 && compared() !== '',
      execute: () => Clipboard.copyToSystem(compared())
    });

    room.runMenu.push(
      LINKS.copyRun,
      COMMANDS.copyReproduce,
      COMMANDS.copyCompare,
      COMMANDS.copyName,
      COMMANDS.copyId
    );
    addReproduce(room);
    addRun(room);
    addTraining(room);
    addTagging(room);
    addCompare(room);
    addNotebook(room, registry);

    addCharts(room);

    page.changed.connect((_, what) => {
      if (what === 'view' && tracker.currentWidget) {
        void tracker.save(tracker.currentWidget);
      }
    });
    void restorer?.restore(tracker, {
      command: COMMANDS.open,
      args: () => ({
        view: viewToJson(page.view) as ReadonlyPartialJSONObject,
        experiments: [...model.experiments]
      }),
      name: () => 'page'
    });

    const toolbar = new Toolbar();
    toolbar.addItem(
      'page',
      ReactWidget.create(
        React.createElement(Button, {
          name: 'experiments-page',
          icon: 'launch',
          label: trans.__('Show all runs'),
          onClick: () => void commands.execute(COMMANDS.open)
        })
      )
    );
    panel.addRoom({
      id: 'experiments',
      title: trans.__('Experiments'),
      rank: 20,
      share: 0.4,
      widget: new LatestWidget({
        model,
        trans,
        readCurves: deeds.readCurves,
        deeds: {
          open: ({ id }) => deeds.open?.(id),
          copy: deeds.copy,
          doctor: () => void commands.execute(OPEN_DOCTOR)
        }
      }),
      toolbar,
      summary: {
        get text() {
          return model.state?.metric ?? '';
        },
        changed: model.changed
      }
    });
  }
};

/** Saves a text as a file of the person's, as the browser does with downloads. */
function save(content: string, name: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** An argument of a command; anything may be given. */
function text(argument: unknown): string {
  return typeof argument === 'string' ? argument : '';
}

function texts(argument: unknown): string[] {
  return Array.isArray(argument)
    ? argument.filter((one): one is string => typeof one === 'string')
    : [];
}
