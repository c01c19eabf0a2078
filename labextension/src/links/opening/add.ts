/** Adds the opening of links; the page itself is loaded when first used. */

import type { IRouter } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';

import { linkIcon } from '../../shell/icons';
import { LONGEST, SHARED_LINK, sharedLink, withoutSharedLink } from '../address';
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
      const given = typeof link === 'string' && link !== '' ? link : await pasted(room);
      if (given.trim() !== '') {
        await preview(given.trim());
      }
    }
  });
  palette?.addItem({ command: COMMANDS.open, category: 'Onboard' });

  commands.addCommand(COMMANDS.route, {
    label: trans.__('Open the link in the address'),
    execute: async () => {
      const { search, hash, path, request } = router?.current ?? {};
      if (request !== undefined && SHARED_LINK.test(request)) {
        // Taken out first: a reload shows what one works on, not the link again.
        const rest = (path ?? '') + withoutSharedLink(search ?? '', hash ?? '');
        router?.navigate(rest, { skipRouting: true });
        await preview(request);
      }
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

/** What the person pastes; empty: they do not. */
async function pasted({ trans }: ILinksRoom): Promise<string> {
  const { value } = await InputDialog.getText({
    title: trans.__('Open a shared link'),
    label: trans.__(
      'Paste the link, whatever address it begins with. You see what it has before anything is opened.'
    ),
    text: await inClipboard(),
    okLabel: trans.__('Show preview'),
    selectionRange: 0
  });
  return value ?? '';
}

/** A link that was copied, where the browser tells it without asking the person. */
async function inClipboard(): Promise<string> {
  try {
    const name = 'clipboard-read' as PermissionName; // not every browser knows it
    const { state } = await navigator.permissions.query({ name });
    const text = state === 'granted' ? await navigator.clipboard.readText() : '';
    return text.length <= LONGEST && SHARED_LINK.test(text) ? text.trim() : '';
  } catch {
    return '';
  }
}
