/** Runs as points: two columns as place, a third as colour. */

import * as React from 'react';

import { choosable, firstColumns, NAME, titleOf } from '../shown-columns';
import { numbersOf, textAt, type IRuns } from '../table/columns';
import { toggle } from '../table/selection';
import { axisOf, type IAxis } from './axes';
import { useCanvas, type Paint } from './canvas';
import { lookOf } from './look';
import type { IChartsProps } from './page-props';
import { BOTTOM, LEFT, paintGrid, RIGHT, TOP } from './paint-scatter';
import { SHADES, shades } from './paint-parallel';

const HEIGHT = 260;
/** Pixels from a point that still mean it. */
const NEAR = 14;

export function Scatter(props: IChartsProps): React.ReactElement | null {
  const { runs, rows, view, chosen, trans, deeds } = props;
  const canvas = React.useRef<HTMLCanvasElement>(null);
  const over = React.useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = React.useState<number | null>(null);
  const known = React.useMemo(
    () => choosable(runs).filter(key => key !== NAME && axisOf(runs, key, rows, false)),
    [runs, rows]
  );
  const [x, y, colour] = scatterOf(runs, view.charts.scatter, known);
  const axes = React.useMemo(
    () =>
      [x, y, colour].map(key => (key ? axisOf(runs, key, rows, false) : null)) as [
        IAxis | null,
        IAxis | null,
        IAxis | null
      ],
    [runs, rows, x, y, colour]
  );
  // From the left to the right, as arrow keys go.
  const placed = React.useMemo(() => {
    const [across, up] = axes;
    return across && up
      ? Array.from(rows)
          .filter(
            row => !Number.isNaN(across.places[row]) && !Number.isNaN(up.places[row])
          )
          .sort((a, b) => (across.places[a] as number) - (across.places[b] as number))
      : [];
  }, [axes, rows]);
  const at = React.useCallback(
    (row: number, width: number): [number, number] => [
      LEFT + 6 + (axes[0]?.places[row] ?? 0) * (width - LEFT - RIGHT - 12),
      TOP + 6 + (1 - (axes[1]?.places[row] ?? 0)) * (HEIGHT - TOP - BOTTOM - 12)
    ],
    [axes]
  );
  const paint = React.useCallback<Paint>(
    (context, { width }, palette) => {
      const [across, up, tone] = axes;
      if (!across || !up) {
        return;
      }
      paintGrid(context, { across, up, width, height: HEIGHT }, palette);
      const tones = shades(palette);
      const groups: number[][] = tones.map(() => []);
      for (const row of placed) {
        const place = tone?.places[row] ?? NaN;
        const shade = Number.isNaN(place)
          ? 0
          : Math.min(SHADES - 1, Math.floor(place * SHADES));
        groups[shade]?.push(row);
      }
      const size = placed.length > 2000 ? 1.6 : 3;
      context.globalAlpha = placed.length > 2000 ? 0.5 : 0.8;
      groups.forEach((group, shade) => {
        context.beginPath();
        for (const row of group) {
          const [px, py] = at(row, width);
          context.moveTo(px + size, py);
          context.arc(px, py, size, 0, 2 * Math.PI);
        }
        context.fillStyle = tones[shade] ?? 'gray';
        context.fill();
      });
      context.globalAlpha = 1;
    },
    [axes, placed, at]
  );
  const size = useCanvas(canvas, paint);
  const paintOver = React.useCallback<Paint>(
    (context, { width }, palette) => {
      const here = new Set(placed);
      const ring = (row: number, tone: string, letter: string) => {
        const [px, py] = at(row, width);
        context.beginPath();
        context.arc(px, py, 5, 0, 2 * Math.PI);
        context.fillStyle = tone;
        context.strokeStyle = palette.surface;
        context.lineWidth = 1.5;
        context.fill();
        context.stroke();
        context.font = `600 11px ${palette.font}`;
        context.textBaseline = 'middle';
        context.fillText(letter, px + 8, py);
      };
      for (const [id, letter] of chosen) {
        const row = runs.rows.get(id);
        if (row !== undefined && here.has(row)) {
          ring(row, palette.series[lookOf(letter).colour] ?? palette.text, letter);
        }
      }
      if (pointed !== null && here.has(pointed)) {
        ring(pointed, palette.accent, '');
      }
    },
    [placed, at, chosen, runs, pointed]
  );
  useCanvas(over, paintOver);
  if (known.length < 2) {
    return null;
  }
  const set = (place: number, key: string) => {
    const next: [string, string, string] = [x, y, colour];
    next[place] = key;
    deeds.set({ charts: { ...view.charts, scatter: next } });
  };
  const nearest = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    let best: number | null = null;
    let least = NEAR;
    for (const row of placed) {
      const [px, py] = at(row, size.width);
      const away = Math.hypot(
        px - (event.clientX - box.left),
        py - (event.clientY - box.top)
      );
      if (away < least) {
        [best, least] = [row, away];
      }
    }
    return best;
  };
  const take = (row: number | null) => {
    const id = row === null ? undefined : runs.ids[row];
    if (id !== undefined) {
      deeds.choose(toggle(chosen, id));
    }
  };
  const said = (row: number) =>
    [
      textAt(runs.columns.get(NAME), row) || (runs.ids[row] ?? ''),
      ...[x, y, colour].map(
        (key, place) =>
          `${titleOf(key, trans)} ${axes[place]?.said(axes[place].places[row] ?? NaN) ?? '–'}`
      )
    ].join(' · ');
  const labels = [trans.__('x'), trans.__('y'), trans.__('colour')];
  return (
    <section
      className="smo-Charts-part"
      aria-label={trans.__('Scatter')}
      data-smo-scatter={placed.length}
    >
      <header className="smo-Charts-head">
        <h3>{trans.__('Scatter')}</h3>
        {[x, y, colour].map((key, place) => (
          <label key={labels[place]} className="smo-Charts-smooth">
            {labels[place]}
            <select
              className="smo-Chip"
              data-smo-do={`scatter-${place}`}
              value={key}
              onChange={event => set(place, event.target.value)}
            >
              {known.map(one => (
                <option key={one} value={one}>
                  {titleOf(one, trans)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <span className="smo-secondary">
          {placed.length < rows.length &&
            trans._n(
              '%1 run has no place here',
              '%1 runs have no place here',
              rows.length - placed.length
            )}
        </span>
      </header>
      <div
        className="smo-Curves-plot"
        style={{ height: HEIGHT }}
        role="group"
        aria-roledescription={trans.__('chart')}
        aria-label={trans.__(
          '%1 by %2: %3 runs. Left and Right go through them, Space chooses.',
          titleOf(y, trans),
          titleOf(x, trans),
          placed.length
        )}
        tabIndex={0}
        onPointerMove={event => setPointed(nearest(event))}
        onPointerLeave={() => setPointed(null)}
        onBlur={() => setPointed(null)}
        onClick={() => take(pointed)}
        onKeyDown={event => {
          const index = pointed === null ? -1 : placed.indexOf(pointed);
          const to = {
            ArrowRight: index + 1,
            ArrowLeft: index < 0 ? placed.length - 1 : index - 1,
            Home: 0,
            End: placed.length - 1
          }[event.key];
          if (to !== undefined && placed.length > 0) {
            event.preventDefault();
            setPointed(placed[Math.min(placed.length - 1, Math.max(0, to))] ?? null);
          } else if (event.key === ' ') {
            event.preventDefault();
            take(pointed);
          }
        }}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <canvas ref={over} aria-hidden="true" />
        {pointed !== null && (
          <div className="smo-Curves-told smo-mod-scatter" role="status">
            <span className="smo-Grid-text">{said(pointed)}</span>
          </div>
        )}
      </div>
    </section>
  );
}

/** What is usual: a parameter that is a number, the first two metrics. */
function scatterOf(
  runs: IRuns,
  chosen: readonly [string, string, string] | null,
  known: readonly string[]
): [string, string, string] {
  const shown = firstColumns(runs).filter(key => known.includes(key));
  const isNumber = (key: string) => numbersOf(runs.columns.get(key)) !== null;
  const metrics = shown.filter(key => key.startsWith('metrics.'));
  const params = shown.filter(key => key.startsWith('params.') && isNumber(key));
  const usual = [
    params[0] ?? metrics[1] ?? known[0] ?? '',
    metrics[0] ?? known[1] ?? known[0] ?? '',
    params[1] ?? metrics[1] ?? metrics[0] ?? known[0] ?? ''
  ];
  return usual.map((key, place) => {
    const said = chosen?.[place];
    return said !== undefined && known.includes(said) ? said : key;
  }) as [string, string, string];
}
