/**
 * Which lines of a long list are on the page, and where.
 *
 * Our own, since all lines but a few have one known height: TanStack Virtual would be 10.5 kB
 * after gzip, a sixth of all that a browser gets from us.
 */

import * as React from 'react';

/** Lines above and below those that are seen: what a flick of the wheel passes. */
const MARGIN = 12;

/** Pixels of the list until it has been measured. */
const HEIGHT = 600;

/** Tops of all lines, and at the end the height of all of them. */
export function topsOf(heights: readonly number[]): number[] {
  const tops = [0];
  for (const height of heights) {
    tops.push((tops[tops.length - 1] ?? 0) + height);
  }
  return tops;
}

/** The last line that begins at or above `y`. */
export function lineAt(tops: readonly number[], y: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? 0) <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** The lines to draw: those that are seen, a margin, and some that stay wherever one is. */
export function drawn(
  tops: readonly number[],
  top: number,
  height: number,
  stay: readonly number[] = []
): number[] {
  const lines = tops.length - 1;
  const first = Math.max(0, lineAt(tops, top) - MARGIN);
  const last = Math.min(lines - 1, lineAt(tops, top + height) + MARGIN);
  const wanted = new Set(stay.filter(index => index >= 0 && index < lines));
  for (let index = first; index <= last; index += 1) {
    wanted.add(index);
  }
  return [...wanted].sort((a, b) => a - b);
}

export interface IWindow {
  /** Indices of the lines to draw, in order. */
  readonly drawn: readonly number[];
  top(index: number): number;
  /** Pixels of all lines. */
  readonly total: number;
  /** Bring a line into view, below a head of `head` pixels. */
  show(index: number, head: number): void;
}

/** Follows a scrolling element. */
export function useWindow(
  box: React.RefObject<HTMLElement | null>,
  heights: readonly number[],
  stay: readonly number[]
): IWindow {
  const [seen, setSeen] = React.useState({ top: 0, height: HEIGHT });
  React.useEffect(() => {
    const node = box.current;
    if (!node) {
      return undefined;
    }
    const look = () => {
      // In steps, so that not every pixel of scrolling draws anew.
      const top = Math.floor(node.scrollTop / 60) * 60;
      const height = (node.clientHeight || HEIGHT) + 60;
      setSeen(old => (old.top === top && old.height === height ? old : { top, height }));
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
  const tops = React.useMemo(() => topsOf(heights), [heights]);
  const top = (index: number) => tops[index] ?? 0;
  return {
    drawn: drawn(tops, seen.top, seen.height, stay),
    top,
    total: tops[tops.length - 1] ?? 0,
    show: (index, head) => {
      const node = box.current;
      if (!node) {
        return;
      }
      const [from, to] = [top(index), top(index + 1)];
      if (from < node.scrollTop) {
        node.scrollTop = from;
      } else if (to + head > node.scrollTop + node.clientHeight) {
        node.scrollTop = to + head - node.clientHeight;
      }
    }
  };
}
