/** Lines of the table: which they are, and where they are on the page. */

import * as React from 'react';

import type { IShown } from './shown-columns';
import type { IRuns } from './table/columns';
import { groupName, type IGrouped } from './table/groups';

/** A name that no run's id is: those begin with their store's. */
export function groupKey(value: string | null): string {
  return `:${groupName(value)}`;
}

export function lineKey(runs: IRuns, { lines, groups }: IGrouped, index: number): string {
  const line = lines[index] ?? 0;
  return line < 0 ? groupKey(groups[-1 - line]?.value ?? null) : (runs.ids[line] ?? '');
}

export function lineOf(target: EventTarget): HTMLElement | null {
  return (target as Element).closest<HTMLElement>('[data-smo-line]');
}

export function lineElement(
  box: HTMLElement | null,
  key: string
): HTMLElement | undefined {
  const all = box?.querySelectorAll<HTMLElement>('[data-smo-line]') ?? [];
  return [...all].find(line => line.dataset.smoLine === key);
}

export function leftEdges(columns: readonly IShown[]): number[] {
  let left = 0;
  return columns.map(({ width }) => {
    const edge = left;
    left += width;
    return edge;
  });
}

/** A function that is the same one for ever, and does what the newest one does. */
export function useSteady<A extends unknown[]>(
  deed: (...args: A) => void
): (...args: A) => void {
  const newest = React.useRef(deed);
  newest.current = deed;
  return React.useCallback((...args: A) => newest.current(...args), []);
}
