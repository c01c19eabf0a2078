/**
 * Every action of the domain page as a command. Those of a row take its id as argument
 * `id`; from the palette they mean the row that last had the focus.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, type ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';

import type { Launchable, Running } from '../api/types';
import { againIcon, domainIcon } from '../shell/icons';
import { launch } from './launch';
import type { DomainModel, Refusal } from './model';
import { isTab, TABS, type PageState, type Tab } from './page-state';
import { canStop } from './words';

const ID = 'sm-onboard:domain';

export const COMMANDS = {
  open: 'sm-onboard:open-domain',
  refresh: `${ID}-refresh`,
  copyId: `${ID}-copy-id`,
  stop: `${ID}-stop`,
  stopChosen: `${ID}-stop-chosen`,
  why: `${ID}-why`,
  copyName: `${ID}-copy-name`,
  menu: `${ID}-launch`,
  launch: `${ID}-launch-one`
};

export interface IDomainCommandsOptions {
  app: JupyterFrontEnd;
  model: DomainModel;
  page: PageState;
  trans: TranslationBundle;
  palette: ICommandPalette | null;
  /** Brings the page to the front, at a tab. */
  open(tab: Tab | null): void;
  /** Opens the Launch menu at its button. */
  launchMenu(): void;
}

export function addCommands(options: IDomainCommandsOptions): void {
  const { app, model, page, trans } = options;
  const { commands } = app;
  const add = (
    id: string,
    command: Parameters<typeof commands.addCommand>[1],
    inPalette: ReadonlyJSONObject[] = [{}]
  ) => {
    commands.addCommand(id, command);
    for (const args of inPalette) {
      options.palette?.addItem({ command: id, category: 'Onboard', args });
    }
  };
  const rowOf = (args: ReadonlyPartialJSONObject): Running | undefined => {
    const id = typeof args.id === 'string' ? args.id : page.view.current;
    return id === null ? undefined : model.find(id);
  };
  /** In a row's own menu its name would be said twice. */
  const named = (label: string) => (args: ReadonlyPartialJSONObject) => {
    const row = rowOf(args);
    return args.id !== undefined || !row ? label : `${label} ${row.name}`;
  };
  const titles: Record<Tab, string> = {
    settings: trans.__('Domain: settings'),
    profiles: trans.__('Domain: user profiles'),
    spaces: trans.__('Domain: spaces'),
    apps: trans.__('Domain: apps'),
    cost: trans.__('Domain: cost')
  };

  add(
    COMMANDS.open,
    {
      label: args =>
        isTab(args.tab) && args.isPalette ? titles[args.tab] : trans.__('Domain'),
      caption: trans.__('What runs in your SageMaker domain, and what it costs'),
      icon: domainIcon,
      execute: args => options.open(isTab(args.tab) ? args.tab : null)
    },
    TABS.map(tab => ({ tab, isPalette: true }))
  );
  add(COMMANDS.refresh, {
    label: trans.__('Read the domain again'),
    icon: againIcon,
    execute: () => model.refresh()
  });
  add(COMMANDS.copyId, {
    label: trans.__('Copy the id of the domain'),
    isEnabled: () => model.state !== null && model.state.chosen !== null,
    execute: () => {
      const id = model.state?.chosen;
      if (id) {
        Clipboard.copyToSystem(id);
      }
    }
  });
  add(COMMANDS.stop, {
    label: named(trans.__('Stop…')),
    isEnabled: args => {
      const row = rowOf(args);
      return row !== undefined && canStop(row) && !model.busy.has(row.id);
    },
    execute: args => {
      const row = rowOf(args);
      if (row && canStop(row)) {
        options.open('apps');
        model.asked = { ids: [row.id], others: false };
      }
    }
  });
  add(COMMANDS.stopChosen, {
    label: trans.__('Stop the chosen apps…'),
    isEnabled: () => chosen(model, page).length > 0,
    execute: () => {
      options.open('apps');
      model.asked = { ids: chosen(model, page).map(row => row.id), others: false };
    }
  });
  add(COMMANDS.why, {
    label: named(trans.__('See why it failed')),
    isEnabled: args => Boolean(rowOf(args)?.failure),
    execute: args => {
      const row = rowOf(args);
      if (row) {
        options.open('apps');
        page.set({ why: row.id });
      }
    }
  });
  add(COMMANDS.copyName, {
    label: named(trans.__('Copy the name')),
    isEnabled: args => rowOf(args) !== undefined,
    execute: args => Clipboard.copyToSystem(rowOf(args)?.name ?? '')
  });
  add(COMMANDS.menu, {
    label: trans.__('Launch…'),
    caption: trans.__('Open another app of the domain'),
    execute: () => {
      options.open(null);
      options.launchMenu();
    }
  });
  add(
    COMMANDS.launch,
    {
      label: args => text(args.title),
      caption: args => text(args.why) || text(args.warning),
      isEnabled: args => typeof args.target === 'string' && !args.why,
      execute: args => {
        const tell = (told: Refusal) => page.set({ told });
        page.set({ told: null });
        return launch(
          { model, trans, tell },
          args.target as Launchable['target'],
          text(args.id),
          text(args.title)
        );
      }
    },
    [] // what there is to open, only the menu knows
  );
}

/** An argument of a command; anything may be given. */
function text(argument: unknown): string {
  return typeof argument === 'string' ? argument : '';
}

/** The chosen rows that can still be stopped. */
function chosen(model: DomainModel, page: PageState): Running[] {
  return [...page.view.chosen].flatMap(id => {
    const row = model.find(id);
    return row && canStop(row) ? [row] : [];
  });
}

/** A row's menu: the same commands as the palette's, for that row. */
export function openRowMenu(
  app: JupyterFrontEnd,
  id: string,
  x: number,
  y: number
): void {
  const { commands } = app;
  const menu = new Menu({ commands });
  menu.node.dataset.smoMenu = id;
  for (const command of [COMMANDS.stop, COMMANDS.why, COMMANDS.copyName]) {
    if (commands.isEnabled(command, { id })) {
      menu.addItem({ command, args: { id } });
    }
  }
  const before = document.activeElement;
  menu.aboutToClose.connect(() => {
    requestAnimationFrame(() => {
      if (before instanceof HTMLElement && document.activeElement === document.body) {
        before.focus();
      }
      menu.dispose();
    });
  });
  menu.open(x, y);
}
