/** Curves of the chosen or the first runs, a chart for each metric. */

import * as React from 'react';

import { Button } from '../../shell/controls';
import type { CurvesAsked } from '../../api/types';
import { count } from '../format';
import { Popup } from '../popup';
import { NAME, STATUS, titleOf } from '../shown-columns';
import { textAt } from '../table/columns';
import { inOrder } from '../table/selection';
import { Curves } from './curves';
import { lookAt, lookOf } from './look';
import { METRICS, metricsOf, shownMetrics } from './metrics';
import type { IChartsProps } from './page-props';
import type { Along, ISeries } from './props';
import { CurvesReading } from './reading';
import { FIRSTS } from './view';

/** Runs that have curves before anybody chose. */
const FIRST = 10;
const RUNS = 200;

export function CurvesPart(props: IChartsProps): React.ReactElement {
  const { runs, view, chosen, trans } = props;
  const { charts } = view;
  const known = React.useMemo(() => metricsOf(runs), [runs]);
  const metrics = React.useMemo(
    () => shownMetrics(known, charts.metrics, view.sort[0]?.by ?? ''),
    [known, charts.metrics, view.sort]
  );
  const first = charts.first || (chosen.size > 0 ? 0 : FIRST);
  const ids = React.useMemo(
    () =>
      (first === 0
        ? inOrder(chosen).filter(id => runs.rows.has(id))
        : Array.from(props.rows.subarray(0, first), row => runs.ids[row] ?? '')
      ).slice(0, RUNS),
    [first, chosen, runs, props.rows]
  );
  const reading = useReading(props, ids, metrics);
  const set = (more: Partial<typeof charts>) =>
    props.deeds.set({ charts: { ...charts, ...more } });
  const troubled = ids.filter(id => reading.problems.has(id));
  return (
    <section className="smo-Charts-part" aria-label={trans.__('Curves')}>
      <header className="smo-Charts-head">
        <h3>{trans.__('Curves')}</h3>
        <Popup
          label={
            metrics.map(key => titleOf(key, trans)).join(', ') || trans.__('Metrics')
          }
          name="curves-metrics"
          className="smo-Chip smo-mod-on"
        >
          {known.map(key => (
            <label key={key} className="smo-Popup-line" data-smo-value={key}>
              <input
                type="checkbox"
                className="smo-Check"
                checked={metrics.includes(key)}
                disabled={!metrics.includes(key) && metrics.length >= METRICS}
                onChange={() =>
                  set({
                    metrics: metrics.includes(key)
                      ? metrics.filter(one => one !== key)
                      : [...metrics, key]
                  })
                }
              />
              <span className="smo-Grid-text">{titleOf(key, trans)}</span>
            </label>
          ))}
        </Popup>
        <select
          className="smo-Chip"
          data-smo-do="curves-runs"
          aria-label={trans.__('Runs with curves')}
          value={first}
          onChange={event => set({ first: Number(event.target.value) })}
        >
          {FIRSTS.map(one => (
            <option key={one} value={one} disabled={one === 0 && chosen.size === 0}>
              {one === 0
                ? trans.__('the %1 chosen', chosen.size)
                : trans.__('the first %1', one)}
            </option>
          ))}
        </select>
        <span className="smo-secondary" role="status" data-smo-curves-read={reading.read}>
          {reading.read < ids.length * metrics.length && reading.failed === ''
            ? trans.__('reading %1 of %2', reading.read, ids.length * metrics.length)
            : ''}
        </span>
        <span className="smo-Table-space" />
        <select
          className="smo-Chip"
          data-smo-do="curves-x"
          aria-label={trans.__('Along')}
          value={charts.x}
          onChange={event => set({ x: event.target.value as Along })}
        >
          <option value="step">{trans.__('Steps')}</option>
          <option value="time">{trans.__('Time of day')}</option>
          <option value="relative">{trans.__('Time since the start')}</option>
        </select>
        <label className="smo-Charts-smooth">
          {trans.__('Smooth %1', charts.smooth)}
          <input
            type="range"
            data-smo-do="curves-smooth"
            min={0}
            max={0.95}
            step={0.05}
            value={charts.smooth}
            onChange={event => set({ smooth: Number(event.target.value) })}
          />
        </label>
        <button
          type="button"
          className="smo-Chip"
          data-smo-do="curves-log"
          aria-pressed={charts.log}
          onClick={() => set({ log: !charts.log })}
        >
          {trans.__('Log')}
        </button>
      </header>
      {reading.failed !== '' && (
        <p className="smo-Runs-notice" role="alert" data-smo-charts-problem="curves">
          {reading.failed}{' '}
          <Button name="again" label={trans.__('Try again')} onClick={reading.again} />
        </p>
      )}
      {troubled.length > 0 && (
        <p className="smo-Runs-notice" data-smo-charts-problem="runs">
          {trans._n(
            '%1 run has no curve: %2',
            '%1 runs have no curves: %2',
            troubled.length,
            reading.problems.get(troubled[0] ?? '') ?? ''
          )}{' '}
          <Button name="again" label={trans.__('Try again')} onClick={reading.again} />
        </p>
      )}
      {known.length === 0 && (
        <p className="smo-Charts-none smo-secondary">
          {trans.__('These runs have no metrics.')}
        </p>
      )}
      {metrics.map(key => (
        <Metric
          key={key}
          {...props}
          of={key}
          ids={ids}
          several={metrics.length > 1}
          reading={reading}
        />
      ))}
    </section>
  );
}

interface IReading {
  /** Another one: curves came. */
  readonly epoch: number;
  readonly store: CurvesReading;
  /** Curves that were answered. */
  readonly read: number;
  readonly failed: string;
  readonly problems: ReadonlyMap<string, string>;
  again(): void;
}

function useReading(
  { runs, deeds }: IChartsProps,
  ids: readonly string[],
  metrics: readonly string[]
): IReading {
  const [epoch, next] = React.useReducer((times: number) => times + 1, 0);
  const ask = React.useRef(deeds.readCurves);
  ask.current = deeds.readCurves;
  const [store] = React.useState(
    () =>
      new CurvesReading((asked: CurvesAsked, signal: AbortSignal) =>
        ask.current
          ? ask.current(asked, signal)
          : Promise.reject(new Error('There is no server.'))
      )
  );
  React.useEffect(() => {
    store.changed.connect(next);
    return () => {
      store.changed.disconnect(next);
    };
  }, [store]);
  const names = metrics.map(key => key.slice('metrics.'.length));
  const wanted = [...ids, '', ...names].join('\n');
  React.useEffect(() => {
    const status = runs.columns.get(STATUS);
    const versions = ids.map(id => {
      const state = textAt(status, runs.rows.get(id) ?? -1) ?? '';
      // What records is read again when anything of the table is another; all else never.
      return { id, version: state === 'running' ? runs.cursor : state };
    });
    store.want(versions, names, ids.length > 50 ? 500 : 1000);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `wanted` says what is in both
  }, [store, wanted, runs]);
  const read = names.reduce(
    (sum, name) => sum + ids.filter(id => store.knows(id, name)).length,
    0
  );
  return {
    epoch,
    store,
    read,
    failed: store.failed,
    problems: store.problems,
    again: () => store.again()
  };
}

function Metric(
  props: IChartsProps & {
    of: string;
    ids: readonly string[];
    several: boolean;
    reading: IReading;
  }
): React.ReactElement {
  const { runs, chosen, view, of, ids, reading, trans } = props;
  const name = of.slice('metrics.'.length);
  const { series, left, evenly } = React.useMemo(() => {
    const names = runs.columns.get(NAME);
    const series: ISeries[] = [];
    let [left, evenly] = [0, 0];
    ids.forEach((id, place) => {
      const points = reading.store.pointsOf(id, name);
      if (!points) {
        return;
      }
      left += points.sampled ? 1 : 0;
      evenly += points.evenly ? 1 : 0;
      const letter = chosen.get(id);
      series.push({
        id,
        label: textAt(names, runs.rows.get(id) ?? -1) || id,
        ...(letter === undefined ? lookAt(place) : lookOf(letter)),
        ...points
      });
    });
    return { series, left, evenly };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the epoch says that curves came
  }, [runs, chosen, ids, name, reading.epoch]);
  const empty = series.length === 0 && ids.every(id => reading.store.knows(id, name));
  const told =
    evenly > 0
      ? trans.__('The server left points of %1 curves out, evenly.', count(evenly))
      : left > 0
        ? trans.__(
            'Of %1 long curves the lowest and highest of each stretch are drawn.',
            count(left)
          )
        : '';
  return (
    <figure className="smo-Charts-figure" data-smo-chart={of}>
      {(props.several || told !== '') && (
        <figcaption>
          {props.several && <strong>{titleOf(of, trans)} </strong>}
          <span className="smo-secondary">{told}</span>
        </figcaption>
      )}
      <Curves
        series={series}
        x={view.charts.x}
        smooth={view.charts.smooth}
        log={view.charts.log}
        height={empty ? 90 : props.several ? 220 : 300}
        label={titleOf(of, trans)}
        trans={trans}
      />
    </figure>
  );
}
