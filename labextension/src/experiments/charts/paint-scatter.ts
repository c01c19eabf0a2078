/** The grid behind points, with the values that its lines stand for. */

import type { IAxis } from './axes';
import type { IPalette } from './canvas';
import { placeOf, ticks } from './scale';

/** Pixels around the plot. */
export const LEFT = 64;
export const RIGHT = 16;
export const TOP = 8;
export const BOTTOM = 24;
/** Between the plot's edge and the first point. */
const EDGE = 6;

export function paintGrid(
  context: CanvasRenderingContext2D,
  at: { across: IAxis; up: IAxis; width: number; height: number },
  palette: IPalette
): void {
  const wide = at.width - LEFT - RIGHT - 2 * EDGE;
  const high = at.height - TOP - BOTTOM - 2 * EDGE;
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.secondary;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const [place, words] of marks(at.up, high / 40)) {
    const y = Math.round(TOP + EDGE + (1 - place) * high) + 0.5;
    context.beginPath();
    context.moveTo(LEFT, y);
    context.lineTo(at.width - RIGHT, y);
    context.stroke();
    context.fillText(short(words), LEFT - 6, y);
  }
  context.textBaseline = 'top';
  context.textAlign = 'center';
  for (const [place, words] of marks(at.across, wide / 90)) {
    context.fillText(short(words), LEFT + EDGE + place * wide, at.height - BOTTOM + 6);
  }
}

/** Places on an axis, 0 to 1, with what is said there. */
function marks(axis: IAxis, most: number): Array<readonly [number, string]> {
  const { scale, words } = axis;
  if (!scale) {
    const every = Math.ceil(words.length / Math.max(1, most));
    return words.flatMap((word, index) =>
      index % every === 0 ? [[(index + 0.5) / words.length, word] as const] : []
    );
  }
  if (!(scale.to > scale.from)) {
    return [[0.5, axis.said(0.5)]];
  }
  // Times and spans have words of their own.
  const own = axis.key.startsWith('attributes.');
  const found = ticks(scale, Math.max(2, most));
  return found.at.map(value => {
    const place = placeOf(scale, value);
    return [place, own ? axis.said(place) : found.words(value)] as const;
  });
}

function short(words: string): string {
  return words.length > 12 ? `${words.slice(0, 11)}…` : words;
}
