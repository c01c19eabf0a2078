/** Which columns of a wide table are on the page: those in sight and some beside them. */

import * as React from 'react';

import { leftEdges } from './lines';
import type { IShown } from './shown-columns';

/** Pixels beside what is seen, so that arrow keys and scrolling find the next column there. */
const MARGIN = 240;

/** Pixels that are scrolled before anything is drawn anew. */
const STEP = 120;

/** From the first column in sight to before the second; pinned ones are drawn anyhow. */
export type Span = readonly [number, number];

/**
 * @param seen - pixels: how far it is scrolled, and its width; 0: nobody has measured it
 */
export function spanOf(
  columns: readonly IShown[],
  seen: { left: number; width: number }
): Span {
  if (seen.width === 0) {
    return [0, columns.length];
  }
  const edges = leftEdges(columns);
  const from = edges.findIndex(
    (edge, index) => edge + (columns[index]?.width ?? 0) > seen.left - MARGIN
  );
  const after = edges.findIndex(edge => edge > seen.left + STEP + seen.width + MARGIN);
  return [Math.max(0, from), after < 0 ? columns.length : after];
}

export function isDrawn(column: IShown, index: number, [from, to]: Span): boolean {
  return column.pinned || (index >= from && index < to);
}

/** Follows a scrolling element. The same pair as long as nothing differs. */
export function useColumnsInSight(
  box: React.RefObject<HTMLElement | null>,
  columns: readonly IShown[]
): Span {
  const [seen, setSeen] = React.useState({ left: 0, width: 0 });
  React.useLayoutEffect(() => {
    const node = box.current;
    if (!node) {
      return undefined;
    }
    const look = () => {
      const left = Math.floor(node.scrollLeft / STEP) * STEP;
      const width = node.clientWidth;
      setSeen(old => (old.left === left && old.width === width ? old : { left, width }));
    };
    look();
    const watch = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(look);
    watch?.observe(node);
    node.addEventListener('scroll', look, { passive: true });
    return () => {
      watch?.disconnect();
      node.removeEventListener('scroll', look);
    };
  }, [box]);
  const [from, to] = spanOf(columns, seen);
  return React.useMemo(() => [from, to] as const, [from, to]);
}
