/** The curves of a run: at first those that share a scale, any other by a click. */

import * as React from 'react';

import type { Curve } from '../../api/types';
import type { ISeries } from '../charts/props';
import { Part } from './part';
import type { IPartProps } from './props';

/** Curves that are drawn at first. */
const FIRST = 3;
const COLOURS = 6;
const HEIGHT = 180;

const Chart = React.lazy(async () => {
  const { Curves } = await import('../charts/curves');
  return { default: Curves };
});

export function RunCurves(props: IPartProps): React.ReactElement | null {
  const { curves, shown, trans } = props;
  const [chosen, setChosen] = React.useState<ReadonlySet<string> | null>(null);
  const there = React.useMemo(
    () => (curves ?? []).filter(curve => curve.values.length > 1),
    [curves]
  );
  const drawn = React.useMemo(
    () => chosen ?? new Set(firstCurves(there)),
    [chosen, there]
  );
  const series = React.useMemo(
    () =>
      there.flatMap((curve, at) => (drawn.has(curve.metric) ? [line(curve, at)] : [])),
    [there, drawn]
  );
  if (there.length === 0) {
    return null;
  }
  const toggle = (metric: string) => {
    const next = new Set(drawn);
    if (!next.delete(metric)) {
      next.add(metric);
    }
    setChosen(next);
  };
  const label = series.map(one => one.label).join(', ');
  return (
    <Part id="curves" of={props.id} title={trans.__('Curves')} note={label}>
      {there.length > 1 && (
        <div
          className="smo-Run-metrics"
          role="group"
          aria-label={trans.__('Metrics that are drawn')}
        >
          {there.map(({ metric }) => (
            <button
              key={metric}
              type="button"
              className={`smo-Button smo-Chip ${drawn.has(metric) ? 'smo-mod-on' : ''}`}
              data-smo-curve={metric}
              aria-pressed={drawn.has(metric)}
              title={metric}
              onClick={() => toggle(metric)}
            >
              {metric}
            </button>
          ))}
        </div>
      )}
      {series.length > 0 && (
        <React.Suspense fallback={<div style={{ height: HEIGHT }} aria-busy="true" />}>
          <Chart
            series={series}
            x={series.some(hasSteps) ? 'step' : 'relative'}
            smooth={0}
            log={false}
            height={HEIGHT}
            label={trans.__('%1 of %2', label, shown.name)}
            trans={trans}
          />
        </React.Suspense>
      )}
    </Part>
  );
}

/** The most metrics that can share a scale, the first ones of them. */
export function firstCurves(curves: readonly Curve[]): string[] {
  const ends = curves.map(({ metric, values }) => {
    const numbers = values.map(Number).filter(Number.isFinite);
    const [from, to] = [Math.min(...numbers), Math.max(...numbers)];
    return { metric, from, to, size: to - from || Math.abs(to) || 1 };
  });
  type End = (typeof ends)[number];
  const alike = (one: End) => (other: End) => {
    const size = Math.max(one.size, other.size);
    const apart = Math.max(one.from, other.from) - Math.min(one.to, other.to);
    return size <= 4 * Math.min(one.size, other.size) && apart <= size;
  };
  let most: readonly End[] = [];
  for (const one of ends) {
    const found = ends.filter(alike(one));
    most = found.length > most.length ? found : most;
  }
  return most.slice(0, FIRST).map(({ metric }) => metric);
}

function line(curve: Curve, at: number): ISeries {
  return {
    id: curve.metric,
    label: curve.metric,
    colour: at % COLOURS,
    dash: at % COLOURS,
    steps: curve.steps,
    times: curve.times,
    values: curve.values.map(Number)
  };
}

function hasSteps({ steps }: ISeries): boolean {
  return steps.some(step => step !== steps[0]);
}
