/** Curves of one metric, of all runs that are compared. */

import * as React from 'react';

import type { CurvesAsked } from '../../api/types';
import { Button } from '../../shell/controls';
import { Curves } from '../charts/curves';
import { lookOf } from '../charts/look';
import type { Along, ISeries } from '../charts/props';
import { CurvesReading } from '../charts/reading';
import type { ICompareProps, IRunHead } from './props';
import { metricsOf } from './rows';

const POINTS = 1000;
const HEIGHT = 300;
/** What is drawn at first where there are several. */
const USUAL = /^(val|valid|validation|test|eval)/iu;

export function CompareCurves(
  props: ICompareProps & { heads: readonly IRunHead[] }
): React.ReactElement {
  const { heads, compared, view, trans, deeds } = props;
  const known = React.useMemo(() => (compared ? metricsOf(compared) : []), [compared]);
  const metric = known.includes(view.metric)
    ? view.metric
    : (known.find(name => USUAL.test(name)) ?? known[0] ?? '');
  const { reading, epoch } = useReading(props, metric);
  const series = React.useMemo<ISeries[]>(
    () =>
      heads.flatMap(head => {
        const points = reading.pointsOf(head.id, metric);
        return points
          ? [{ id: head.id, label: head.name, ...lookOf(head.letter), ...points }]
          : [];
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the epoch says that curves came
    [heads, reading, metric, epoch]
  );
  return (
    <section className="smo-Charts-part" aria-label={trans.__('Curves')}>
      <header className="smo-Compare-head">
        <h3>{trans.__('Curves')}</h3>
        <select
          className="smo-Chip smo-mod-on"
          data-smo-do="curves-metric"
          aria-label={trans.__('Metric')}
          value={metric}
          onChange={event => deeds.set({ metric: event.target.value })}
        >
          {known.map(name => (
            <option key={name} value={name}>
              {name.slice(0, 80)}
            </option>
          ))}
        </select>
        <span className="smo-Table-space" />
        <select
          className="smo-Chip"
          data-smo-do="curves-x"
          aria-label={trans.__('Along')}
          value={view.x}
          onChange={event => deeds.set({ x: event.target.value as Along })}
        >
          <option value="step">{trans.__('Steps')}</option>
          <option value="time">{trans.__('Time of day')}</option>
          <option value="relative">{trans.__('Time since the start')}</option>
        </select>
        <label className="smo-Charts-smooth">
          {trans.__('Smooth %1', view.smooth)}
          <input
            type="range"
            data-smo-do="curves-smooth"
            min={0}
            max={0.95}
            step={0.05}
            value={view.smooth}
            onChange={event => deeds.set({ smooth: Number(event.target.value) })}
          />
        </label>
        <button
          type="button"
          className="smo-Chip"
          data-smo-do="curves-log"
          aria-pressed={view.log}
          onClick={() => deeds.set({ log: !view.log })}
        >
          {trans.__('Log')}
        </button>
      </header>
      {reading.failed !== '' && (
        <p className="smo-Runs-notice" role="alert" data-smo-charts-problem="curves">
          {reading.failed}{' '}
          <Button
            name="again"
            label={trans.__('Try again')}
            onClick={() => reading.again()}
          />
        </p>
      )}
      {metric === '' ? (
        <p className="smo-Charts-none smo-secondary">
          {compared ? trans.__('These runs have no metrics.') : ''}
        </p>
      ) : (
        <Curves
          series={series}
          x={view.x}
          smooth={view.smooth}
          log={view.log}
          height={HEIGHT}
          label={metric}
          trans={trans}
        />
      )}
    </section>
  );
}

function useReading(
  { ids, compared, deeds }: ICompareProps,
  metric: string
): { reading: CurvesReading; epoch: number } {
  const [epoch, next] = React.useReducer((times: number) => times + 1, 0);
  const ask = React.useRef(deeds.readCurves);
  ask.current = deeds.readCurves;
  const [reading] = React.useState(
    () =>
      new CurvesReading((asked: CurvesAsked, signal: AbortSignal) =>
        ask.current
          ? ask.current(asked, signal)
          : Promise.reject(new Error('There is no server.'))
      )
  );
  React.useEffect(() => {
    reading.changed.connect(next);
    return () => {
      reading.changed.disconnect(next);
    };
  }, [reading]);
  React.useEffect(() => {
    if (metric === '' || compared === null) {
      return;
    }
    const status = new Map(compared.runs.map(run => [run.id, run.status]));
    // A run that goes on is read again when its last value is another one.
    const values = compared.rows.find(
      row => row.part === 'metrics' && row.name === metric
    )?.values;
    const place = new Map(compared.runs.map((run, at) => [run.id, at]));
    const wanted = ids
      .filter(id => status.get(id) !== undefined)
      .map(id => {
        const state = status.get(id) ?? '';
        const value = String(values?.[place.get(id) ?? -1]);
        return { id, version: state === 'running' ? `${state} ${value}` : state };
      });
    reading.want(wanted, [metric], POINTS);
  }, [reading, ids, compared, metric]);
  return { reading, epoch };
}
