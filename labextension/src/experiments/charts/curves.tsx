/**
 * Curves of metrics on a canvas of our own.
 *
 * uPlot was looked at for it (1.6.32, 22 kB): its lines share one column of x, and 100 runs with
 * their own times would be a table of ten million cells.
 */

import * as React from 'react';

import { Button } from '../../shell/controls';
import { useCanvas, type Paint } from './canvas';
import { CurvesTable } from './curves-table';
import { BOTTOM, frameIn, scalesOf, ticksAlong, TOP, type IZoom } from './frame';
import { Legend } from './legend';
import { extentX, lineOf, nearest, type IHit } from './lines';
import { paintCurves, paintPointed } from './paint-curves';
import type { ICurvesProps } from './props';
import { ticks, valueAt } from './scale';
import { Told } from './told';
import { pointWords, unitWords } from './words';

/** A drag of fewer pixels is a click. */
const DRAG = 4;

export function Curves(props: ICurvesProps): React.ReactElement {
  const { series, x: along, smooth, log, trans } = props;
  const plot = React.useRef<HTMLDivElement>(null);
  const under = React.useRef<HTMLCanvasElement>(null);
  const over = React.useRef<HTMLCanvasElement>(null);
  const [off, setOff] = React.useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = React.useState<{ along: string; at: IZoom } | null>(null);
  const [drag, setDrag] = React.useState<readonly [number, number] | null>(null);
  const [pointed, setPointed] = React.useState<IHit | null>(null);
  const [asTable, setAsTable] = React.useState(false);

  const all = React.useMemo(
    () => series.map(one => lineOf(one, along, smooth, log)),
    [series, along, smooth, log]
  );
  const lines = React.useMemo(
    () => all.filter(line => !off.has(line.series.id)),
    [all, off]
  );
  // Zoomed along steps says nothing along times.
  const zoomed = zoom?.along === along ? zoom.at : null;
  const ends = React.useMemo(() => extentX(lines), [lines]);
  const scales = React.useMemo(
    () => scalesOf(lines, ends, zoomed, log),
    [lines, ends, zoomed, log]
  );

  const frameOf = React.useCallback(
    (width: number, height: number) => scales && frameIn(scales, width, height),
    [scales]
  );
  const paint = React.useCallback<Paint>(
    (context, { width, height }, palette) => {
      const frame = frameOf(width, height);
      if (frame) {
        const xTicks = ticksAlong(along, frame.x, Math.max(2, frame.width / 90));
        const yTicks = ticks(frame.y, Math.max(2, frame.height / 40));
        paintCurves(
          context,
          { lines, frame, xTicks, yTicks, unit: unitWords(along, trans) },
          palette
        );
      }
    },
    [lines, frameOf, along, trans]
  );
  const size = useCanvas(under, paint);
  const frame = frameOf(size.width, size.height);
  const hit =
    pointed && lines[pointed.line]?.xs[pointed.at] !== undefined ? pointed : null;
  const paintOver = React.useCallback<Paint>(
    (context, { width, height }, palette) => {
      const at = frameOf(width, height);
      const line = hit && lines[hit.line];
      if (at && line) {
        paintPointed(context, line, hit.at, at, palette);
      }
    },
    [lines, frameOf, hit]
  );
  useCanvas(over, paintOver);

  const set = (next: IZoom | null) => setZoom(next && { along, at: next });
  const zoomBy = (factor: number) => {
    if (scales && ends) {
      const { from, to } = scales.x;
      const middle = hit
        ? (lines[hit.line]?.xs[hit.at] ?? (from + to) / 2)
        : (from + to) / 2;
      const next = {
        from: middle - (middle - from) * factor,
        to: middle + (to - middle) * factor
      };
      set(next.from <= ends[0] && next.to >= ends[1] ? null : next);
    }
  };
  const placeOfPointer = (event: React.PointerEvent): [number, number] => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = (by: number) => {
      const line = hit?.line ?? 0;
      const count = lines[line]?.xs.length ?? 0;
      const at = Math.min(
        count - 1,
        Math.max(0, (hit?.at ?? (by > 0 ? -1 : count)) + by)
      );
      setPointed(count > 0 ? { line, at } : null);
    };
    const other = (by: number) => {
      const line = ((hit?.line ?? (by > 0 ? -1 : 0)) + by + lines.length) % lines.length;
      const count = lines[line]?.xs.length ?? 0;
      setPointed(
        count > 0 ? { line, at: Math.min(hit?.at ?? count - 1, count - 1) } : null
      );
    };
    const keys: Record<string, () => void> = {
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
      PageDown: () => step(10),
      PageUp: () => step(-10),
      Home: () => step(-Infinity),
      End: () => step(Infinity),
      ArrowDown: () => other(1),
      ArrowUp: () => other(-1),
      '+': () => zoomBy(0.5),
      '=': () => zoomBy(0.5),
      '-': () => zoomBy(2),
      '0': () => set(null),
      ...(hit && { Escape: () => setPointed(null) })
    };
    const deed = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (deed && lines.length > 0 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      deed();
    }
  };

  const line = hit ? lines[hit.line] : undefined;
  const told = line && hit ? pointWords(line, hit.at, along, trans) : null;
  return (
    <div className="smo-Curves" data-smo-curves={props.label}>
      <div
        ref={plot}
        className="smo-Curves-plot"
        style={{ height: props.height }}
        role="group"
        aria-roledescription={trans.__('chart')}
        aria-label={trans._n(
          '%2: %1 curve. Arrows move along it.',
          '%2: %1 curves. Arrows move along them, + and - zoom, 0 shows all.',
          lines.length,
          props.label
        )}
        tabIndex={0}
        data-smo-zoomed={zoomed ? true : undefined}
        onKeyDown={onKeyDown}
        onBlur={() => setPointed(null)}
        onPointerDown={event => {
          if (event.button === 0 && frame) {
            event.currentTarget.setPointerCapture?.(event.pointerId);
            const [px] = placeOfPointer(event);
            setDrag([px, px]);
          }
        }}
        onPointerMove={event => {
          const [px, py] = placeOfPointer(event);
          if (drag) {
            setDrag([drag[0], px]);
          } else if (frame) {
            const next = nearest(lines, frame, px, py);
            setPointed(old =>
              old && next && old.line === next.line && old.at === next.at ? old : next
            );
          }
        }}
        onPointerUp={() => {
          if (drag && frame && Math.abs(drag[1] - drag[0]) >= DRAG) {
            const [from, to] = [...drag]
              .sort((a, b) => a - b)
              .map(px => valueAt(frame.x, clamp((px - frame.left) / frame.width))) as [
              number,
              number
            ];
            if (to > from) {
              set({ from, to });
            }
          }
          setDrag(null);
        }}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={() => setPointed(null)}
        onDoubleClick={() => set(null)}
      >
        <canvas ref={under} aria-hidden="true" />
        <canvas ref={over} aria-hidden="true" />
        {drag && Math.abs(drag[1] - drag[0]) >= DRAG && (
          <span
            className="smo-Curves-drag"
            style={{
              left: Math.min(...drag),
              width: Math.abs(drag[1] - drag[0]),
              top: TOP,
              bottom: BOTTOM
            }}
          />
        )}
        {told && line && hit && frame && (
          <Told words={told} line={line} at={hit.at} frame={frame} />
        )}
        {!scales && (
          <p className="smo-Curves-none smo-secondary">
            {lines.length === 0 && all.length > 0
              ? trans.__('All curves are switched off.')
              : log
                ? trans.__('There is no value above 0 to show on a logarithmic axis.')
                : trans.__('There are no points yet.')}
          </p>
        )}
      </div>
      <span className="smo-only-heard" role="status">
        {told && `${told.name}: ${told.value}, ${told.where}`}
      </span>
      <div className="smo-Curves-below">
        <Legend
          series={series}
          off={off}
          trans={trans}
          onToggle={id =>
            setOff(old => {
              const next = new Set(old);
              return next.delete(id) ? next : next.add(id);
            })
          }
          onPoint={id => {
            const at = lines.findIndex(one => one.series.id === id);
            const last = (lines[at]?.xs.length ?? 0) - 1;
            setPointed(id !== null && last >= 0 ? { line: at, at: last } : null);
          }}
        />
        {zoomed && (
          <Button
            name="zoom-out"
            label={trans.__('Show all')}
            onClick={() => set(null)}
          />
        )}
        <Button
          look="link"
          name="as-table"
          label={asTable ? trans.__('Hide the table') : trans.__('Show as table')}
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      <CurvesTable {...props} visible={asTable} />
    </div>
  );
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}
