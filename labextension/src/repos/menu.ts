/** A row's menu: the same commands as the palette's, for that row. */

import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { COMMANDS } from './commands';
import { DEEDS } from './deeds';

/**
 * Open the menu at a point of the page. What cannot be done now is not in it. The focus
 * goes back to where it was when the menu closes.
 */
export function openRowMenu(
  commands: CommandRegistry,
  id: string,
  x: number,
  y: number
): void {
  const menu = new Menu({ commands });
  const groups = [
    [COMMANDS.openFolder, COMMANDS.openGit],
    [COMMANDS.install, ...DEEDS.map(COMMANDS.deed)],
    [COMMANDS.showLog, COMMANDS.copyPath]
  ];
  menu.node.dataset.smoMenu = id;
  for (const group of groups) {
    const able = group.filter(command => commands.isEnabled(command, { id }));
    if (able.length > 0 && menu.items.length > 0) {
      menu.addItem({ type: 'separator' });
    }
    for (const command of able) {
      menu.addItem({ command, args: { id } });
    }
  }
  const before = document.activeElement;
  menu.aboutToClose.connect(() => {
    // After the menu's own command: that may move the focus on purpose.
    requestAnimationFrame(() => {
      if (before instanceof HTMLElement && document.activeElement === document.body) {
        before.focus();
      }
      menu.dispose();
    });
  });
  menu.open(x, y);
}
