/** "Copy link" in a notebook's toolbar, and the menu of its arrow. */

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  caretDownIcon,
  ReactWidget,
  ToolbarButtonComponent
} from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';

import { linkIcon } from '../../shell/icons';

/** @param onMore - shows the menu below this element */
export function copyButton(
  trans: TranslationBundle,
  onCopy: (at: Element) => void,
  onMore: (at: Element) => void
): Widget {
  const widget: Widget = ReactWidget.create(
    React.createElement(
      React.Fragment,
      null,
      React.createElement(ToolbarButtonComponent, {
        icon: linkIcon,
        label: trans.__('Copy link'),
        tooltip: trans.__('Copy a link to this cell that your colleagues can open'),
        dataset: { 'data-smo-do': 'copy-link' },
        onClick: () => onCopy(widget.node)
      }),
      React.createElement(ToolbarButtonComponent, {
        icon: caretDownIcon,
        tooltip: trans.__('More about links'),
        dataset: { 'data-smo-do': 'link-menu' },
        onClick: () => onMore(widget.node)
      })
    )
  );
  widget.addClass('smo-CopyLink');
  return widget;
}
