/** Draws lines, axes and letters on a canvas. */

import type { IPalette } from './canvas';
import { firstAfter, firstAt, spread, type IFrame, type ILine } from './lines';
import { DASHES } from './props';
import { placeOf, type ITicks } from './scale';

export const SIZE = 11;
/** Lines from which on they are thin: many lie on each other. */
const MANY = 20;

type Context = CanvasRenderingContext2D;

export interface IPicture {
  readonly lines: readonly ILine[];
  readonly frame: IFrame;
  readonly xTicks: ITicks;
  readonly yTicks: ITicks;
  /** Said at the right end of the x axis. */
  readonly unit: string;
}

export function paintCurves(
  context: Context,
  picture: IPicture,
  palette: IPalette
): void {
  const { lines, frame } = picture;
  paintAxes(context, picture, palette);
  context.save();
  clip(context, frame);
  for (const line of lines) {
    if (line.raw) {
      stroke(context, line, line.raw, frame, palette, { width: 1, faint: 0.22 });
    }
  }
  const width = lines.length > MANY ? 1 : 1.6;
  // Letters' lines last: they are the chosen ones.
  const order = [...lines].sort(
    (a, b) =>
      Number(a.series.letter !== undefined) - Number(b.series.letter !== undefined)
  );
  for (const line of order) {
    stroke(context, line, line.ys, frame, palette, { width });
  }
  context.restore();
  paintLetters(context, picture, palette);
}

/** One line on top of all, and the point that is meant. */
export function paintPointed(
  context: Context,
  line: ILine,
  at: number,
  frame: IFrame,
  palette: IPalette
): void {
  context.save();
  clip(context, frame);
  stroke(context, line, line.ys, frame, palette, { width: 5, colour: palette.surface });
  stroke(context, line, line.ys, frame, palette, { width: 2.4 });
  context.restore();
  const [x, y] = pixel(frame, line.xs[at] ?? 0, line.ys[at] ?? 0);
  context.beginPath();
  context.arc(x, y, 3.5, 0, 2 * Math.PI);
  context.fillStyle = colourOf(line, palette);
  context.strokeStyle = palette.surface;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

export function colourOf(line: ILine, palette: IPalette): string {
  return palette.series[line.series.colour % palette.series.length] ?? palette.text;
}

function clip(context: Context, { left, top, width, height }: IFrame): void {
  context.beginPath();
  context.rect(left, top - 2, width, height + 4);
  context.clip();
}

function pixel(frame: IFrame, x: number, y: number): [number, number] {
  return [
    frame.left + placeOf(frame.x, x) * frame.width,
    frame.top + (1 - placeOf(frame.y, y)) * frame.height
  ];
}

function stroke(
  context: Context,
  line: ILine,
  values: Float64Array,
  frame: IFrame,
  palette: IPalette,
  look: { width: number; faint?: number; colour?: string }
): void {
  const { xs, series } = line;
  // What lies just outside is drawn, too: lines reach the plot's edges.
  const start = Math.max(0, firstAt(xs, frame.x.from) - 1);
  const end = Math.min(xs.length, firstAfter(xs, frame.x.to) + 1);
  context.beginPath();
  let isDown = false;
  let alone: [number, number] | null = null;
  const dot = () => alone && context.rect(alone[0] - 1, alone[1] - 1, 2, 2);
  for (let index = start; index < end; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) {
      dot();
      isDown = false;
      alone = null;
      continue;
    }
    const [x, y] = pixel(frame, xs[index] as number, value);
    if (isDown) {
      context.lineTo(x, y);
      alone = null;
    } else {
      context.moveTo(x, y);
      alone = [x, y];
    }
    isDown = true;
  }
  dot(); // a value between two gaps is no line
  context.lineJoin = 'round';
  context.lineWidth = look.width;
  context.globalAlpha = look.faint ?? 1;
  context.strokeStyle = look.colour ?? colourOf(line, palette);
  context.setLineDash([...(DASHES[series.dash % DASHES.length] ?? [])]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function paintAxes(
  context: Context,
  { frame, xTicks, yTicks, unit }: IPicture,
  palette: IPalette
): void {
  const { left, top, width, height } = frame;
  context.font = `${SIZE}px ${palette.font}`;
  context.fillStyle = palette.secondary;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of yTicks.at) {
    const y = Math.round(pixel(frame, frame.x.from, value)[1]) + 0.5;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(left + width, y);
    context.stroke();
    context.fillText(yTicks.words(value), left - 6, y);
  }
  context.textBaseline = 'top';
  const end = left + width;
  const room = end - context.measureText(unit).width - 8;
  context.fillText(unit, end, top + height + 6);
  context.textAlign = 'center';
  for (const value of xTicks.at) {
    const [x] = pixel(frame, value, frame.y.from);
    const words = xTicks.words(value);
    if (x + context.measureText(words).width / 2 < room) {
      context.fillText(words, x, top + height + 6);
    }
  }
}

function paintLetters(
  context: Context,
  { lines, frame }: IPicture,
  palette: IPalette
): void {
  const right = frame.left + frame.width;
  const ends = lines.flatMap(line => {
    if (line.series.letter === undefined) {
      return [];
    }
    let at = firstAfter(line.xs, frame.x.to) - 1;
    while (at >= 0 && Number.isNaN(line.ys[at])) {
      at -= 1;
    }
    if (at < 0 || (line.xs[at] as number) < frame.x.from) {
      return [];
    }
    const [x, y] = pixel(frame, line.xs[at] as number, line.ys[at] as number);
    // Beside the plot, or where a line ends that is shorter than the others.
    return [{ line, x: x > right - 14 ? right : x, y }];
  });
  const beside = ends.filter(({ x }) => x === right);
  const shown = beside.slice(0, Math.floor(frame.height / 12));
  const top = frame.top + 5;
  const bottom = frame.top + frame.height - 5;
  const places = spread(
    shown.map(({ y }) => y),
    12,
    top,
    bottom
  );
  context.font = `600 ${SIZE}px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const say = (line: ILine, x: number, y: number) => {
    context.fillStyle = colourOf(line, palette);
    context.fillText(line.series.letter ?? '', x + 6, y);
  };
  shown.forEach(({ line, x }, index) => say(line, x, places[index] ?? 0));
  for (const { line, x, y } of ends) {
    if (x !== right) {
      say(line, x, Math.min(bottom, Math.max(top, y)));
    }
  }
}
