/**
 * Draws runs as lines across axes: a slice a frame, so that 10,000 of them freeze nothing.
 */

import type { IAxis } from './axes';
import type { IPalette } from './canvas';
import { DASHES } from './props';

export interface IAcross {
  readonly axes: readonly IAxis[];
  /** Of each axis, in pixels. */
  readonly xs: readonly number[];
  readonly top: number;
  readonly height: number;
}

/** Colours between the least and the most. */
export const SHADES = 12;
/** Lines of one stroke: a longer one takes longer than all its parts. */
const STROKE = 120;
/**
 * Lines of one frame: at first, at least, at most. Between them it is as many as the frames
 * before took: what a stroke costs is known only when the browser has put it on the screen.
 */
const [LINES, FEWEST, MOST] = [500, 100, 4000];
/** Milliseconds between frames above which there were too many. */
const LATE = 28;

/** Where what is missing is drawn, in pixels below the axis. */
export const BELOW = 14;

type Context = CanvasRenderingContext2D;

/**
 * Draws all lines, and gives a function that stops it.
 *
 * @param shadeOf - 0 to `SHADES` - 1
 */
export function paintRuns(
  context: Context,
  across: IAcross,
  rows: Int32Array,
  shadeOf: (row: number) => number,
  colours: readonly string[],
  alpha: number,
  done: (frames: number, longest: number) => void
): () => void {
  // Shade by shade, since each change of colour is a stroke of its own.
  const order = inShades(rows, shadeOf);
  let at = 0;
  let lines = LINES;
  let last = 0;
  let longest = 0;
  let frames = 0;
  let frame = 0;
  const go = (now: number) => {
    if (frames > 0) {
      longest = Math.max(longest, now - last);
      lines = now - last > LATE ? lines / 2 : lines * 1.5;
      lines = Math.min(MOST, Math.max(FEWEST, lines));
    }
    last = now;
    frames += 1;
    if (at >= order.length) {
      done(frames, longest);
      return;
    }
    context.lineWidth = 1;
    context.globalAlpha = alpha;
    const slice = Math.min(order.length, at + Math.round(lines));
    while (at < slice) {
      const shade = shadeOf(order[at] as number);
      context.beginPath();
      const end = Math.min(slice, at + STROKE);
      while (at < end && shadeOf(order[at] as number) === shade) {
        trace(context, across, order[at] as number);
        at += 1;
      }
      context.strokeStyle = colours[shade] ?? 'gray';
      context.stroke();
    }
    context.globalAlpha = 1;
    frame = requestAnimationFrame(go);
  };
  go(performance.now());
  return () => cancelAnimationFrame(frame);
}

function inShades(rows: Int32Array, shadeOf: (row: number) => number): Int32Array {
  const shades: number[][] = Array.from({ length: SHADES }, () => []);
  for (const row of rows) {
    shades[shadeOf(row)]?.push(row);
  }
  return Int32Array.from(shades.flat());
}

/** One run alone, over the others. */
export function paintRun(
  context: Context,
  across: IAcross,
  row: number,
  look: { colour: string; dash: number; width: number },
  palette: IPalette
): void {
  for (const [width, colour, dash] of [
    [look.width + 2.5, palette.surface, 0],
    [look.width, look.colour, look.dash]
  ] as const) {
    context.beginPath();
    trace(context, across, row);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.setLineDash([...(DASHES[dash % DASHES.length] ?? [])]);
    context.stroke();
  }
  context.setLineDash([]);
}

export function yOf(across: IAcross, place: number): number {
  return Number.isNaN(place)
    ? across.top + across.height + BELOW
    : across.top + (1 - place) * across.height;
}

function trace(context: Context, across: IAcross, row: number): void {
  const { axes, xs } = across;
  for (let index = 0; index < axes.length; index += 1) {
    const y = yOf(across, axes[index]?.places[row] ?? NaN);
    if (index === 0) {
      context.moveTo(xs[index] as number, y);
    } else {
      context.lineTo(xs[index] as number, y);
    }
  }
}

/** From quiet to the accent. */
export function shades(palette: IPalette): string[] {
  return Array.from({ length: SHADES }, (_, index) => {
    const share = Math.round((index / (SHADES - 1)) * 100);
    return `color-mix(in srgb, ${palette.accent} ${share}%, ${palette.secondary})`;
  });
}

/**
 * Where to draw, and what to do when all is drawn.
 *
 * @param same - the picture was the same but for its runs: it stays until the next one is
 * whole, or it would flicker whenever a run records
 */
export function onto(
  context: Context,
  size: { readonly width: number; readonly height: number },
  same: boolean
): { target: Context; show(): void } {
  const { width, height } = context.canvas;
  const buffer = same ? document.createElement('canvas') : null;
  if (buffer) {
    [buffer.width, buffer.height] = [width, height];
  }
  const target = buffer?.getContext('2d');
  if (!buffer || !target) {
    context.clearRect(0, 0, size.width, size.height);
    return { target: context, show: () => undefined };
  }
  target.setTransform(context.getTransform());
  return {
    target,
    show: () => {
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
      context.drawImage(buffer, 0, 0);
      context.restore();
    }
  };
}
