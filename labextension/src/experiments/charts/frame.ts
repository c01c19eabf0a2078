/** What of the lines is in sight, and where the plot lies on its canvas. */

import { extentY, type IFrame, type ILine } from './lines';
import type { Along } from './props';
import { roomy, spanTicks, ticks, timeTicks, type IScale, type ITicks } from './scale';

/** Pixels around the plot. */
export const LEFT = 54;
export const RIGHT = 26;
export const TOP = 8;
export const BOTTOM = 24;

/** A part of the x axis. */
export interface IZoom {
  readonly from: number;
  readonly to: number;
}

export type Scales = Pick<IFrame, 'x' | 'y'>;

/** Null: there is no room for a plot. */
export function frameIn(scales: Scales, width: number, height: number): IFrame | null {
  return width > LEFT + RIGHT + 10 && height > TOP + BOTTOM + 10
    ? {
        ...scales,
        left: LEFT,
        top: TOP,
        width: width - LEFT - RIGHT,
        height: height - TOP - BOTTOM
      }
    : null;
}

/** Null: there is nothing to show. */
export function scalesOf(
  lines: readonly ILine[],
  ends: readonly [number, number] | null,
  zoom: IZoom | null,
  log: boolean
): Scales | null {
  if (!ends) {
    return null;
  }
  const [from, to] = zoom ? [zoom.from, zoom.to] : ends;
  const wide = to > from ? { from, to } : { from: from - 0.5, to: to + 0.5 };
  const range = extentY(lines, wide.from, wide.to) ?? extentY(lines, -Infinity, Infinity);
  const y = range && roomy(range[0], range[1], log);
  return y ? { x: { ...wide, log: false }, y } : null;
}

export function ticksAlong(along: Along, scale: IScale, most: number): ITicks {
  switch (along) {
    case 'time':
      return timeTicks(scale, most);
    case 'relative':
      return spanTicks(scale, most);
    case 'step': {
      const { at, words } = ticks(scale, most);
      return { at: at.filter(Number.isInteger), words };
    }
  }
}
