/** Where a popover stands: below its control, inside the window. */

/** A control, or where one was: a menu's item is gone when its popover comes. */
export type IAnchor = Element | DOMRect;

const GAP = 2;
const EDGE = 8;

export function place(node: HTMLElement, anchor: IAnchor): void {
  const at = anchor instanceof Element ? anchor.getBoundingClientRect() : anchor;
  const { innerWidth, innerHeight } = window;
  const width = node.offsetWidth;
  const height = node.offsetHeight;
  const below = innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const isBelow = height <= below || below >= above;
  // A tall control, such as a long cell, has its popover on it.
  const top = isBelow ? at.bottom + GAP : at.top - GAP - height;
  node.style.left = `${within(at.left, width, innerWidth)}px`;
  node.style.top = `${within(top, height, innerHeight)}px`;
}

function within(wanted: number, size: number, all: number): number {
  return Math.max(EDGE, Math.min(wanted, all - size - EDGE));
}
