/** A metric of several runs side by side. A list, so that nothing needs a table behind it. */

import * as React from 'react';

import { Name } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { titleOf, NAME } from '../shown-columns';
import { bestRow } from '../table/best';
import { numberAt, textAt } from '../table/columns';
import { betterOf } from '../table/direction';
import { inOrder } from '../table/selection';
import { numberWords } from '../words';
import { lookAt, lookOf } from './look';
import { metricsOf, shownMetrics } from './metrics';
import type { IChartsProps } from './page-props';

const FIRST = 12;
const MOST = 50;

export function Bars(props: IChartsProps): React.ReactElement | null {
  const { runs, rows, view, chosen, trans, deeds } = props;
  const { charts } = view;
  const metrics = metricsOf(runs);
  const usual = shownMetrics(metrics, charts.metrics, view.sort[0]?.by ?? '')[0];
  const of = charts.bars !== null && metrics.includes(charts.bars) ? charts.bars : usual;
  if (of === undefined) {
    return null;
  }
  const own = inOrder(chosen).flatMap(id => runs.rows.get(id) ?? []);
  const shown = own.length > 0 ? own.slice(0, MOST) : [...rows.subarray(0, FIRST)];
  const values = shown.map(row => numberAt(runs.columns.get(of), row));
  const numbers = values.filter((one): one is number => Number.isFinite(one));
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  const part = (value: number) => (value / 2 - low / 2) / (high / 2 - low / 2 || 1);
  const best = bestRow(runs, of, betterOf(of, view.better));
  return (
    <section className="smo-Charts-part" aria-label={trans.__('Bars')} data-smo-bars={of}>
      <header className="smo-Charts-head">
        <h3>{trans.__('Bars')}</h3>
        <select
          className="smo-Chip"
          data-smo-do="bars-of"
          aria-label={trans.__('Metric of the bars')}
          value={of}
          onChange={event =>
            deeds.set({ charts: { ...charts, bars: event.target.value } })
          }
        >
          {metrics.map(key => (
            <option key={key} value={key}>
              {titleOf(key, trans)}
            </option>
          ))}
        </select>
        <span className="smo-secondary">
          {own.length > 0
            ? trans._n('%1 chosen run', '%1 chosen runs', shown.length)
            : trans._n('the first %1 run', 'the first %1 runs', shown.length)}
        </span>
      </header>
      <ul className="smo-Bars">
        {shown.map((row, place) => {
          const id = runs.ids[row] ?? '';
          const value = values[place] ?? null;
          const letter = chosen.get(id);
          const { colour } = letter === undefined ? lookAt(0) : lookOf(letter);
          const isBar = value !== null && Number.isFinite(value);
          const [from, to] = isBar
            ? [part(0), part(value)].sort((a, b) => a - b)
            : [0, 0];
          return (
            <li key={id}>
              <button
                type="button"
                className="smo-Bars-run"
                data-smo-run={id}
                onClick={() => deeds.open?.(id)}
                disabled={!deeds.open}
              >
                <span className="smo-Bars-name">
                  {letter !== undefined && (
                    <span className={`smo-Letter smo-person-${colour}`}>{letter}</span>
                  )}
                  <Name text={textAt(runs.columns.get(NAME), row) || id} />
                  {row === best && <Icon name="star" tone="warn" />}
                </span>
                <span className="smo-Bars-room" aria-hidden="true">
                  {isBar && (
                    <span
                      className={`smo-Bars-bar smo-series-${colour}`}
                      style={{
                        left: `${(from ?? 0) * 100}%`,
                        width: `${((to ?? 0) - (from ?? 0)) * 100}%`
                      }}
                    />
                  )}
                </span>
                <span className="smo-Bars-value">
                  {value === null ? '–' : numberWords(of)(value)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
