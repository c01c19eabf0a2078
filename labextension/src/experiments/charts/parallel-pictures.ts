/** The three pictures of parallel coordinates: all runs, those in the brush, the chosen ones. */

import * as React from 'react';

import type { IRuns } from '../table/columns';
import type { Chosen } from '../table/selection';
import { SIDE } from './axis-controls';
import type { Brushes, IAxis } from './axes';
import { useCanvas, type Paint } from './canvas';
import { lookOf } from './look';
import {
  onto,
  paintRun,
  paintRuns,
  SHADES,
  shades,
  type IAcross
} from './paint-parallel';

/** Pixels. */
export const HEIGHT = 320;
export const TOP = 40;
export const BOTTOM = 38;

type Canvas = React.RefObject<HTMLCanvasElement | null>;

interface IShown {
  axes: readonly IAxis[];
  rows: Int32Array;
  inBrush: Int32Array;
  brushed: boolean;
  brushes: Brushes;
  logAxes: readonly string[];
  chosen: Chosen;
  runs: IRuns;
}

/** @returns the size of the pictures */
export function useParallelPictures(
  { all, canvas, over }: { all: Canvas; canvas: Canvas; over: Canvas },
  { axes, rows, inBrush, brushed, brushes, logAxes, chosen, runs }: IShown
): { width: number; height: number } {
  const drawing = React.useRef<() => void>(() => undefined);
  const behind = React.useRef<() => void>(() => undefined);
  const names = axes.map(({ key }) => key).join('\n');
  const acrossOf = React.useCallback(
    (width: number): IAcross => ({
      axes,
      xs: placesOf(axes.length, width),
      top: TOP,
      height: HEIGHT - TOP - BOTTOM
    }),
    [axes]
  );

  /** What the pictures were drawn for, without their runs. */
  const before = React.useRef({ front: '', behind: '' });
  const sameAs = (which: 'front' | 'behind', now: unknown) => {
    const key = JSON.stringify(now);
    const same = before.current[which] === key;
    before.current[which] = key;
    return same;
  };
  const paint = React.useCallback<Paint>(
    (context, size, palette) => {
      drawing.current();
      const last = axes[axes.length - 1];
      const shade = (row: number) => {
        const place = last?.places[row] ?? NaN;
        return Number.isNaN(place) ? 0 : Math.min(SHADES - 1, Math.floor(place * SHADES));
      };
      const alpha = Math.min(0.9, Math.max(0.03, 150 / Math.max(1, inBrush.length)));
      canvas.current?.removeAttribute('data-smo-drawn');
      const same = sameAs('front', [names, logAxes, brushes, size, palette.accent]);
      const { target, show } = onto(context, size, same);
      drawing.current = paintRuns(
        target,
        acrossOf(size.width),
        inBrush,
        shade,
        shades(palette),
        alpha,
        (frames, longest) => {
          show();
          const told = `${inBrush.length} ${frames} ${longest.toFixed(1)}`;
          canvas.current?.setAttribute('data-smo-drawn', told);
        }
      );
    },
    [canvas, axes, acrossOf, inBrush, names, logAxes, brushes]
  );
  // All runs, faint behind the brush: drawn once, whatever the brush does.
  const paintAll = React.useCallback<Paint>(
    (context, size, palette) => {
      behind.current();
      const same = sameAs('behind', [names, logAxes, brushed, size, palette.accent]);
      const { target, show } = onto(context, size, same);
      const faint = [palette.secondary];
      const thin = Math.min(0.25, Math.max(0.03, 30 / Math.max(1, rows.length)));
      behind.current = brushed
        ? paintRuns(target, acrossOf(size.width), rows, () => 0, faint, thin, show)
        : () => undefined;
    },
    [acrossOf, rows, brushed, names, logAxes]
  );
  useCanvas(all, paintAll, false);
  const size = useCanvas(canvas, paint, false);
  React.useEffect(
    () => () => {
      drawing.current();
      behind.current();
    },
    []
  );
  const paintOver = React.useCallback<Paint>(
    (context, { width }, palette) => {
      const across = acrossOf(width);
      context.strokeStyle = palette.line;
      context.lineWidth = 1;
      for (const x of across.xs) {
        context.beginPath();
        context.moveTo(Math.round(x) + 0.5, TOP);
        context.lineTo(Math.round(x) + 0.5, HEIGHT - BOTTOM);
        context.stroke();
      }
      const shown = new Set(inBrush);
      for (const [id, letter] of chosen) {
        const row = runs.rows.get(id);
        if (row !== undefined && shown.has(row)) {
          const { colour, dash } = lookOf(letter);
          const look = {
            colour: palette.series[colour] ?? palette.text,
            dash,
            width: chosen.size > 20 ? 1 : 2
          };
          paintRun(context, across, row, look, palette);
        }
      }
    },
    [acrossOf, inBrush, chosen, runs]
  );
  useCanvas(over, paintOver);
  return size;
}

export function placesOf(axes: number, width: number): number[] {
  const room = Math.max(0, width - 2 * SIDE);
  return Array.from({ length: axes }, (_, index) =>
    axes === 1 ? width / 2 : SIDE + (room * index) / (axes - 1)
  );
}
