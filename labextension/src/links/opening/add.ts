/** Adds the opening of links; the page itself is loaded when first used. */

import type { IRouter } from '@jupyterlab/application';

import { linkIcon } from '../../shell/icons';
import { SHARED_LINK, sharedLink } from '../address';
import { COMMANDS } from '../commands';
import type { ILinksRoom } from '../room';

export function addOpening(room: ILinksRoom, router: IRouter | null): void {
  const { app, trans, palette } = room;
  const { commands } = app;
  const preview = async (link: string) => {
    const { showPreview } = await import('./widget');
    showPreview(room, link);
  };

  commands.addCommand(COMMANDS.open, {
    label: trans.__('Open shared link…'),
    caption: trans.__(
      'Shows what a colleague’s link has; nothing is opened before you say so'
    ),
    icon: linkIcon,
    execute: async ({ link }) => {
      // Whoever calls this with a link only shows its preview.
      const given =
        typeof link === 'string' && link !== ''
          ? link
          : await (await import('./paste')).pasted(trans);
      if (given.trim() !== '') {
        await preview(given.trim());
      }
    }
  });
  palette?.addItem({ command: COMMANDS.open, category: 'Onboard' });

  commands.addCommand(COMMANDS.route, {
    label: trans.__('Open the link in the address'),
    execute: () => {
      const at = router?.current;
      if (!router || !at || !SHARED_LINK.test(at.request)) {
        return;
      }
      // Not waited for here: JupyterLab is restored only once every route was followed. And not
      // earlier: a second window of one workspace is loaded once more, under this very address.
      void app.restored.then(async () => {
        (await import('./route')).showAddress(room, router, at);
      });
    }
  });
  router?.register({ command: COMMANDS.route, pattern: SHARED_LINK, rank: 20 });
  // A link behind the `#` that is put into this very address loads nothing anew.
  window.addEventListener('hashchange', () => {
    if (SHARED_LINK.test(window.location.hash)) {
      void commands.execute(COMMANDS.route);
    }
  });

  document.addEventListener(
    'click',
    event => {
      const link = isPlain(event) ? clicked(event) : null;
      if (link !== null) {
        event.preventDefault();
        event.stopImmediatePropagation();
        void preview(link);
      }
    },
    true
  );
}

/** Another tab or window is what a modified click asks for. */
function isPlain(event: MouseEvent): boolean {
  const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
  return button === 0 && !(metaKey || ctrlKey || shiftKey || altKey);
}

function clicked(event: MouseEvent): string | null {
  const node = event.target instanceof Element ? event.target : null;
  const anchor = node?.closest('a[href]');
  return sharedLink(anchor?.getAttribute('href') ?? null);
}
