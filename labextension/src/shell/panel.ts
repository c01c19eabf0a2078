/** The one side panel: a header, a section for each room, a footer. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { SidePanel, Toolbar } from '@jupyterlab/ui-components';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import {
  type AccordionLayout,
  AccordionPanel,
  Panel,
  Widget,
  type PanelLayout
} from '@lumino/widgets';

import { compassIcon } from './icons';
import type { IOnboardPanel, IRoom, ISummary } from './tokens';
import { widen } from './width';

export const PANEL_ID = 'sm-onboard-panel';

/** Height of a room's title in pixels. */
const TITLE = 29;

/** Width that shows words on buttons, and branches, in pixels. */
const WIDTH = 320;

export class OnboardPanel extends SidePanel implements IOnboardPanel {
  /** @param onReveal - brings the panel to the front of the shell */
  constructor(
    trans: TranslationBundle,
    private readonly onReveal: () => void
  ) {
    super({ titleSpace: TITLE });
    this.id = PANEL_ID;
    this.addClass('smo-Panel');
    this.title.icon = compassIcon;
    this.title.caption = trans.__('Onboard: your team’s repositories');
    this.node.setAttribute('role', 'complementary');
    this.node.setAttribute('aria-label', trans.__('Onboard'));
    this.content.node.setAttribute('aria-label', trans.__('Rooms'));
    this._footer.addClass('smo-Panel-footer');
    this._footer.hide();
    (this.layout as PanelLayout).addWidget(this._footer);
  }

  addRoom(room: IRoom): IDisposable {
    const toolbar = room.toolbar ?? new Toolbar();
    const section = new Section(toolbar);
    section.addClass('smo-Room');
    section.node.dataset.smoRoom = room.id;
    section.title.label = room.title;
    section.addWidget(room.widget);
    if (room.summary) {
      toolbar.insertItem(0, 'summary', new Summary(room.summary));
    }
    const after = this._ranks.findIndex(rank => rank > room.rank);
    const index = after === -1 ? this._ranks.length : after;
    this._ranks.splice(index, 0, room.rank);
    this._shares.splice(index, 0, room.share ?? 1);
    this.insertWidget(index, section);
    if (this.content instanceof AccordionPanel) {
      this.content.setRelativeSizes(this._shares);
      inOrder(this.content);
    }
    return new DisposableDelegate(() => {
      const at = this.widgets.indexOf(section);
      this._ranks.splice(at, 1);
      this._shares.splice(at, 1);
      section.dispose();
    });
  }

  setHeader(widget: Widget | null): void {
    replace(this.header, widget);
    this.header.addClass('smo-Panel-header');
  }

  setFooter(widget: Widget | null): void {
    replace(this._footer, widget);
  }

  reveal(first = false): void {
    this.onReveal();
    if (first) {
      // Once it has been laid out: before, the side bar may have no width at all.
      requestAnimationFrame(() => requestAnimationFrame(() => widen(this, WIDTH)));
    }
  }

  private readonly _footer = new Panel();
  private readonly _ranks: number[] = [];
  private readonly _shares: number[] = [];
}

/**
 * One room. The accordion puts the toolbar of any widget that has one into its title.
 * Not JupyterLab's own PanelWithToolbar: in 4.4 that ignores the toolbar it is given.
 */
class Section extends Panel {
  constructor(readonly toolbar: Toolbar) {
    super();
  }

  override dispose(): void {
    super.dispose(); // first, since that takes the toolbar out of the title
    this.toolbar.dispose();
  }
}

/** A room that comes late is last in the page, wherever it is seen: Tab would follow the page. */
function inOrder(rooms: AccordionPanel): void {
  const { titles, widgets, handles } = rooms.layout as AccordionLayout;
  widgets.forEach((widget, index) => {
    const parts = [titles[index], widget.node, handles[index]];
    rooms.node.append(...parts.filter(part => part !== undefined));
  });
}

function replace(slot: Panel, widget: Widget | null): void {
  for (const old of [...slot.widgets]) {
    old.dispose();
  }
  if (widget) {
    slot.addWidget(widget);
  }
  slot.setHidden(widget === null);
}

/** The words beside a room's title. */
class Summary extends Widget {
  constructor(private readonly summary: ISummary) {
    super({ node: document.createElement('span') });
    this.addClass('smo-Room-summary');
    summary.changed.connect(this._show, this);
    this._show();
  }

  override dispose(): void {
    this.summary.changed.disconnect(this._show, this);
    super.dispose();
  }

  private _show(): void {
    this.node.textContent = this.summary.text;
  }
}
