/** Where a popover stands: below its control, inside the window. */

const GAP = 2;
const EDGE = 8;

export function place(node: HTMLElement, at: DOMRect): void {
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
