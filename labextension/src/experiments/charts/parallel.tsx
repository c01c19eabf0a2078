/** Parallel coordinates: each run a line across the axes; brushes leave some of them. */

import * as React from 'react';

import { Button } from '../../shell/controls';
import { count } from '../format';
import { Popup } from '../popup';
import { choosable, NAME, titleOf } from '../shown-columns';
import { numbersOf, textAt } from '../table/columns';
import { choose } from '../table/selection';
import { axisOf, brushedRows, firstAxes, moved, type Brushes, type IAxis } from './axes';
import { AxisControls, SIDE } from './axis-controls';
import type { IChartsProps } from './page-props';
import { BOTTOM, HEIGHT, placesOf, TOP, useParallelPictures } from './parallel-pictures';

/** Runs that one may choose at once: more letters than anybody tells apart. */
export const MOST_CHOSEN = 100;
const AXES = 12;
/** Pixels of an axis at least: more of them are scrolled. */
const NARROW = 72;

export function Parallel(props: IChartsProps): React.ReactElement {
  const { runs, rows, view, chosen, trans, deeds } = props;
  const { charts } = view;
  const canvas = React.useRef<HTMLCanvasElement>(null);
  const over = React.useRef<HTMLCanvasElement>(null);
  const all = React.useRef<HTMLCanvasElement>(null);
  const [brushes, setBrushes] = React.useState<Brushes>({});
  const keys = React.useMemo(
    () => (charts.axes ?? firstAxes(runs)).filter(key => runs.columns.has(key)),
    [charts.axes, runs]
  );
  const axes = React.useMemo(
    () =>
      keys
        .map(key => axisOf(runs, key, rows, charts.logAxes.includes(key)))
        .filter((axis): axis is IAxis => axis !== null),
    [keys, runs, rows, charts.logAxes]
  );
  const inBrush = React.useMemo(
    () => brushedRows(axes, brushes, rows),
    [axes, brushes, rows]
  );
  const brushed = axes.some(({ key }) => Object.hasOwn(brushes, key));
  const size = useParallelPictures(
    { all, canvas, over },
    { axes, rows, inBrush, brushed, brushes, chosen, runs, logAxes: charts.logAxes }
  );

  const set = (more: Partial<typeof charts>) =>
    deeds.set({ charts: { ...charts, ...more } });
  const brush = (key: string, next: { from: number; to: number } | null) =>
    setBrushes(old => {
      const others = Object.entries(old).filter(([one]) => one !== key);
      return Object.fromEntries(next ? [...others, [key, next]] : others);
    });
  const xs = placesOf(axes.length, size.width);
  const some = Math.min(inBrush.length, MOST_CHOSEN);
  return (
    <section
      className="smo-Charts-part"
      aria-label={trans.__('Parallel coordinates')}
      data-smo-parallel={inBrush.length}
    >
      <header className="smo-Charts-head">
        <h3>{trans.__('Parallel coordinates')}</h3>
        <span className="smo-secondary" role="status">
          {brushed
            ? trans.__(
                '%1 runs, %2 in the brush',
                count(rows.length),
                count(inBrush.length)
              )
            : trans._n('%2 run', '%2 runs', rows.length, count(rows.length))}
        </span>
        <span className="smo-Table-space" />
        {brushed && (
          <Button
            name="no-brush"
            look="link"
            label={trans.__('No brush')}
            onClick={() => setBrushes({})}
          />
        )}
        <Popup label={trans.__('Axes')} name="axes" className="smo-Chip">
          {choosable(runs)
            .filter(key => key !== NAME)
            .map(key => (
              <label key={key} className="smo-Popup-line" data-smo-value={key}>
                <input
                  type="checkbox"
                  className="smo-Check"
                  checked={keys.includes(key)}
                  disabled={!keys.includes(key) && keys.length >= AXES}
                  onChange={() =>
                    set({
                      axes: keys.includes(key)
                        ? keys.filter(one => one !== key)
                        : [...keys, key]
                    })
                  }
                />
                <span className="smo-Grid-text">{titleOf(key, trans)}</span>
              </label>
            ))}
        </Popup>
        {inBrush.length > 0 && (
          <Button
            name="choose-these"
            label={
              inBrush.length > MOST_CHOSEN
                ? trans.__('Choose the first %1 of %2', some, count(inBrush.length))
                : trans._n('Choose this %1', 'Choose these %1', some)
            }
            onClick={() =>
              deeds.choose(
                choose(
                  new Map(),
                  Array.from(inBrush.subarray(0, some), row => runs.ids[row] ?? '')
                )
              )
            }
          />
        )}
      </header>
      <div className="smo-Parallel">
        <div
          className="smo-Parallel-all"
          style={{ height: HEIGHT, minWidth: axes.length * NARROW }}
        >
          <canvas ref={all} aria-hidden="true" />
          <canvas ref={canvas} aria-hidden="true" />
          <canvas ref={over} aria-hidden="true" />
          {size.width > 0 &&
            axes.map((axis, index) => (
              <AxisControls
                key={axis.key}
                axis={axis}
                x={xs[index] ?? 0}
                wide={Math.min(2 * SIDE, (xs[1] ?? 2 * SIDE) - (xs[0] ?? 0) - 4)}
                top={TOP}
                height={HEIGHT - TOP - BOTTOM}
                brush={
                  Object.hasOwn(brushes, axis.key) ? (brushes[axis.key] ?? null) : null
                }
                log={charts.logAxes.includes(axis.key)}
                isNumber={numbersOf(runs.columns.get(axis.key)) !== null}
                first={index === 0}
                trans={trans}
                onBrush={next => brush(axis.key, next)}
                onMove={by => set({ axes: moved(keys, axis.key, by) })}
                onLog={() =>
                  set({
                    logAxes: charts.logAxes.includes(axis.key)
                      ? charts.logAxes.filter(one => one !== axis.key)
                      : [...charts.logAxes, axis.key]
                  })
                }
                placeAt={clientX => {
                  const left = canvas.current?.getBoundingClientRect().left ?? 0;
                  return nearestOf(xs, clientX - left);
                }}
                index={index}
              />
            ))}
          {axes.length === 0 && (
            <p className="smo-Curves-none smo-secondary">
              {trans.__('No axis has a value of these runs. Choose axes.')}
            </p>
          )}
        </div>
      </div>
      <p className="smo-only-heard">{brushedWords(props, inBrush)}</p>
    </section>
  );
}

/** The first runs of the brush by name, for those who do not see the lines. */
function brushedWords({ runs, trans }: IChartsProps, rows: Int32Array): string {
  const names = Array.from(
    rows.subarray(0, 10),
    row => textAt(runs.columns.get(NAME), row) ?? ''
  );
  return rows.length > names.length
    ? trans.__('%1 and %2 more', names.join(', '), count(rows.length - names.length))
    : names.join(', ');
}

function nearestOf(xs: readonly number[], x: number): number {
  return xs.reduce(
    (best, one, index) =>
      Math.abs(one - x) < Math.abs((xs[best] ?? 0) - x) ? index : best,
    0
  );
}
