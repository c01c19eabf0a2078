/** The header and the room inside JupyterLab's panel; they look only while they are seen. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { SeenWidget } from '../shell/seen';
import type { DomainModel, PartName } from './model';
import type { IPanelDeeds, IPanelProps } from './room-props';

/** Panels narrower than this, in pixels, show icons in place of words. */
const NARROW = 280;

/** The panel's name among the views that look. */
export const VIEW = 'panel';

export interface IPanelPartOptions {
  model: DomainModel;
  trans: TranslationBundle;
  deeds: IPanelDeeds;
  view: React.ComponentType<IPanelProps>;
  /** Called when it comes into sight or goes out of it. */
  onSeen(): void;
}

export class PanelPart extends SeenWidget {
  constructor(private readonly options: IPanelPartOptions) {
    super();
    this.addClass('smo-PanelPart');
    options.model.changed.connect(this.update, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.options.model.changed.disconnect(this.update, this);
      super.dispose();
      this.options.onSeen();
    }
  }

  protected override onSeen(): void {
    this.options.onSeen();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    // A widget below a plain panel is told that something changed, not its size.
    const width = message.width >= 0 ? message.width : this.node.offsetWidth;
    const narrow = width < NARROW;
    if (width > 0 && narrow !== this._narrow) {
      this._narrow = narrow;
      this.update();
    }
  }

  protected override render(): React.ReactElement {
    const { model, trans, deeds, view: View } = this.options;
    return (
      <View
        state={model.state}
        apps={model.apps}
        error={model.feed.error}
        slow={model.feed.slow}
        refusal={model.refusal}
        busy={model.busy}
        refusals={model.refusals}
        narrow={this._narrow}
        trans={trans}
        deeds={deeds}
      />
    );
  }

  private _narrow = false;
}

/**
 * Says what the panel shows: nothing while it is closed, the place while it is open, and
 * the apps while the room is open, too.
 *
 * @returns whether anything of it is seen
 */
export function look(
  model: DomainModel,
  header: Pick<Widget, 'isVisible'>,
  room: Pick<Widget, 'isVisible'>
): boolean {
  const parts: PartName[] = [];
  if (header.isVisible || room.isVisible) {
    parts.push('here');
  }
  if (room.isVisible) {
    parts.push('apps');
  }
  if (!model.isDisposed) {
    model.look(VIEW, parts);
  }
  return parts.length > 0;
}
