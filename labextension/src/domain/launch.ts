/** The Launch menu, and the new tab that an entry opens. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { h, type VirtualElement } from '@lumino/virtualdom';
import type { Menu } from '@lumino/widgets';

import type { RequestError } from '../api/request';
import type { Launchable } from '../api/types';
import type { DomainModel, Refusal } from './model';

type Target = Launchable['target'];

/** What belongs together, from top to bottom. */
const GROUPS: ReadonlyArray<readonly Target[]> = [
  ['JupyterLab', 'CodeEditor', 'Canvas', 'TensorBoard', 'MLflow'],
  ['RStudio', 'Profiler', 'Clusters', 'JumpStart'],
  ['Spaces', 'Studio', 'StudioClassic']
];

/** Shows an entry's note where other menus have a shortcut, and its reason on hover. */
class Renderer extends MenuSvg.Renderer {
  override formatShortcut(data: Menu.IRenderData): h.Child {
    const { note } = data.item.args;
    return typeof note === 'string' ? note : '';
  }

  override renderLabel(data: Menu.IRenderData): VirtualElement {
    const label = this.formatLabel(data);
    return h.div({ className: 'lm-Menu-itemLabel', title: data.item.caption }, label);
  }
}

/**
 * Open the menu below a point of the page, its right edge there.
 *
 * @param command - takes `target`, `id`, `title`, `note`, `why` and `warning`
 */
export function openLaunchMenu(
  commands: CommandRegistry,
  command: string,
  entries: readonly Launchable[],
  x: number,
  y: number
): Menu {
  const menu = new MenuSvg({ commands, renderer: new Renderer() });
  menu.addClass('smo-LaunchMenu');
  menu.node.dataset.smoMenu = 'launch';
  for (const group of GROUPS) {
    const own = entries.filter(entry => group.includes(entry.target));
    if (own.length > 0 && menu.items.length > 0) {
      menu.addItem({ type: 'separator' });
    }
    for (const entry of own) {
      const { target, id, title, note, how } = entry;
      const why = how === 'none' ? entry.why_not || note : '';
      menu.addItem({
        command,
        args: { target, id, title, note, why, warning: entry.warning }
      });
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
  menu.open(x, y, { horizontalAlignment: 'right' });
  return menu;
}

export interface ILaunchOptions {
  model: DomainModel;
  trans: TranslationBundle;
  /** Says why nothing was opened. */
  tell(refusal: Refusal): void;
  /** Opens an empty tab; null where the browser does not let us. */
  blank?(): Window | null;
}

/**
 * Open something of the domain in a tab of its own.
 *
 * The tab is opened at the click, since browsers allow it only then, and empty: its address
 * is asked for next, may hold a sign-in that is good once, and goes nowhere else.
 */
export async function launch(
  options: ILaunchOptions,
  target: Target,
  id: string,
  title: string
): Promise<void> {
  const { model, trans, tell } = options;
  const tab = (options.blank ?? (() => window.open('about:blank', '_blank')))();
  if (!tab) {
    tell({
      code: 'client.popup_blocked',
      message: trans.__('The browser did not let %1 open a tab.', title),
      hint: trans.__('Allow pop-ups for this page, then try again.')
    });
    return;
  }
  tab.opener = null;
  tab.document.title = title;
  tab.document.body.textContent = trans.__('Opening %1…', title);
  try {
    go(tab, (await model.open(target, id)).url);
  } catch (error) {
    tab.close();
    const { code, message, hint } = error as RequestError;
    tell({ code: code ?? 'client.error', message, hint: hint ?? '' });
  }
}

/** Sends a tab to an address without telling that page where it came from. */
function go(tab: Window, address: string): void {
  const { protocol } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new Error(`${protocol} is not an address of a page.`);
  }
  const link = tab.document.createElement('a');
  link.href = address;
  link.rel = 'noopener noreferrer';
  link.target = '_self';
  tab.document.body.append(link);
  link.click();
}
