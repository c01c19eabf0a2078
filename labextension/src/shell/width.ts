/** How wide the side bar is when the panel opens by itself. */

import { SplitPanel, type Widget } from '@lumino/widgets';

/**
 * Give the area of JupyterLab's window that a widget is in at least `width` pixels.
 *
 * JupyterLab's own first width is 250, where actions are icons and branches are left out.
 * Done once: from then on the border is where the person drags it. Nothing happens where
 * the window itself is small.
 */
export function widen(widget: Widget, width: number): void {
  let area = widget;
  let split = widget.parent;
  while (split && !(split instanceof SplitPanel)) {
    area = split;
    split = split.parent;
  }
  const whole = split?.node.offsetWidth ?? 0;
  const missing = width - area.node.offsetWidth;
  if (!(split instanceof SplitPanel) || missing <= 0 || whole < 3 * width) {
    return;
  }
  const sizes = split.relativeSizes();
  const own = split.widgets.indexOf(area);
  const widest = sizes.indexOf(Math.max(...sizes));
  sizes[own] = (sizes[own] ?? 0) + missing / whole;
  sizes[widest] = (sizes[widest] ?? 0) - missing / whole;
  split.setRelativeSizes(sizes);
}
