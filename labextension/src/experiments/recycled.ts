/**
 * A list of equal lines of which only those in sight are on the page. Elements are used
 * again: a line that comes into sight takes the place of one that went, and one that stays
 * keeps its own, and with it the focus.
 */

import * as React from 'react';

/** Lines above and below those that are seen. */
const MARGIN = 5;

/** Lines that are scrolled past before anything is drawn anew. */
const STEP = 4;

/** Pixels of the list until it has been measured. */
const HEIGHT = 600;

/** Milliseconds after another order until what is out of sight is drawn, too. */
const CALM = 120;

/** The lines in sight and a margin: from the first to before the second. */
export function sight(
  top: number,
  height: number,
  line: number,
  lines: number
): readonly [number, number] {
  const first = Math.floor(Math.max(0, top) / line);
  const from = Math.max(0, first - (first % STEP) - MARGIN);
  const to = first - (first % STEP) + STEP + Math.ceil(height / line) + MARGIN;
  return [Math.min(from, lines), Math.min(to, lines)];
}

/** The lines in sight alone. */
export function sightAlone(
  top: number,
  height: number,
  line: number,
  lines: number
): readonly [number, number] {
  const from = Math.floor(Math.max(0, top) / line);
  const to = Math.ceil((Math.max(0, top) + height) / line);
  return [Math.min(from, lines), Math.min(to, lines)];
}

/** A place for each key: those that had one keep it, others take the first that is free. */
export function places(
  old: ReadonlyMap<string, number>,
  keys: readonly string[]
): Map<string, number> {
  const next = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of keys) {
    const place = old.get(key);
    if (place !== undefined) {
      next.set(key, place);
      taken.add(place);
    }
  }
  let free = 0;
  for (const key of keys) {
    if (!next.has(key)) {
      while (taken.has(free)) {
        free += 1;
      }
      next.set(key, free);
      taken.add(free);
    }
  }
  return next;
}

export interface IDrawn {
  readonly key: string;
  readonly index: number;
  /** The element it is drawn in. */
  readonly place: number;
}

/**
 * Follows a scrolling element.
 *
 * @param order - another one: all lines may have changed. Those in sight are drawn at once, and
 *   the margin when nobody waits for it any more
 * @param stay - a line that is drawn wherever one is, since it has the focus; -1: none
 * @param head - pixels at the top that cover lines
 */
export function useRecycled(
  box: React.RefObject<HTMLElement | null>,
  lines: number,
  line: number,
  head: number,
  order: object,
  stay: number,
  keyOf: (index: number) => string
): { drawn: readonly IDrawn[]; show(index: number): void } {
  const [seen, setSeen] = React.useState({ top: 0, height: HEIGHT });
  React.useLayoutEffect(() => {
    const node = box.current;
    if (!node) {
      return undefined;
    }
    const look = () => {
      const top = Math.floor(node.scrollTop / (STEP * line)) * STEP * line;
      const height = node.clientHeight > head ? node.clientHeight - head : HEIGHT;
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
  }, [box, line, head]);

  const [drawnWhole, drawWhole] = React.useState(order);
  React.useEffect(() => {
    if (drawnWhole === order) {
      return undefined;
    }
    const timer = setTimeout(() => drawWhole(order), CALM);
    return () => clearTimeout(timer);
  }, [drawnWhole, order]);

  const [from, to] =
    drawnWhole === order
      ? sight(seen.top, seen.height, line, lines)
      : sightAlone(box.current?.scrollTop ?? seen.top, seen.height, line, lines);
  const indices: number[] = [];
  for (let index = from; index < to; index += 1) {
    indices.push(index);
  }
  if (stay >= 0 && stay < lines && (stay < from || stay >= to)) {
    indices.push(stay);
  }
  const keys = indices.map(keyOf);
  const slots = React.useRef<ReadonlyMap<string, number>>(new Map());
  slots.current = places(slots.current, keys);
  const drawn = keys.map((key, at) => ({
    key,
    index: indices[at] as number,
    place: slots.current.get(key) as number
  }));
  return {
    // Elements never change their order, for a moved element loses the focus.
    drawn: drawn.sort((a, b) => a.place - b.place),
    show: index => {
      const node = box.current;
      if (!node) {
        return;
      }
      const top = index * line;
      if (top < node.scrollTop) {
        node.scrollTop = top;
      } else if (top + line + head > node.scrollTop + node.clientHeight) {
        node.scrollTop = top + line + head - node.clientHeight;
      }
    }
  };
}
