/** The apps tab: what runs, whose, since when, what it costs, and how to stop it. */

import * as React from 'react';

import type { Apps, Running } from '../api/types';
import { Button } from '../shell/controls';
import { columnsOf, hasFailed } from './apps-columns';
import { Refused, Why } from './apps-details';
import type { Value } from './arrange';
import { PerPerson, Totals } from './cost';
import { count } from './format';
import type { Filter } from './page-state';
import type { IDomainPageProps } from './props';
import { StopStep } from './stop';
import { MAIN, Table } from './table';
import { bills, canStop, kindWords } from './words';

/** Page width in pixels from which the people stand beside the list. */
const BESIDE = 1240;
const ASIDE = 300;

export function AppsTab(props: IDomainPageProps & { apps: Apps }): React.ReactElement {
  const { apps, trans, deeds, view, asked, busy, refusals } = props;
  const part = apps.parts.find(one => one.name === 'apps');
  const rows = React.useMemo(() => filtered(apps.rows, view.filter), [apps, view.filter]);
  const chosen = apps.rows.filter(row => view.chosen.has(row.id) && canStop(row));
  const several =
    asked && (asked.ids.length > 1 || !rows.some(row => row.id === asked.ids[0]));
  const beside = props.width >= BESIDE;
  const columns = columnsOf(
    props,
    Math.max(...apps.rows.map(row => row.per_hour ?? 0), 0)
  );
  const find = (id: string) => apps.rows.filter(row => row.id === id);
  return (
    <div className="smo-Apps">
      <div className="smo-Apps-list">
        <Totals {...props} cost={apps.cost} idle={props.state?.here.idle ?? null} />
        {several && (
          <StopStep
            asked={asked}
            rows={asked.ids.flatMap(find)}
            trans={trans}
            deeds={deeds}
          />
        )}
        <Table
          {...props}
          name="apps"
          label={trans.__('Apps')}
          search={trans.__('Search apps')}
          part={part}
          rows={rows}
          columns={columns}
          width={props.width - (beside ? ASIDE : 0)}
          keyOf={idOf}
          texts={row => [
            row.name,
            kindWords(row, trans),
            row.owner,
            row.instance,
            row.status
          ]}
          value={value}
          group={group}
          groupTitle={trans.__('Stopped')}
          chooses
          choosable={canStop}
          detail={row =>
            asked && !several && asked.ids[0] === row.id ? (
              <StopStep asked={asked} rows={[row]} trans={trans} deeds={deeds} />
            ) : refusals.has(row.id) ? (
              <Refused row={row} {...props} />
            ) : view.why === row.id ? (
              <Why row={row} trans={trans} deeds={deeds} />
            ) : null
          }
          onOpen={row => {
            if (hasFailed(row)) {
              deeds.set({ why: view.why === row.id ? null : row.id });
            } else if (canStop(row) && !busy.has(row.id)) {
              deeds.ask([row.id]);
            }
          }}
          onMenu={(row, x, y) => deeds.menu(row.id, x, y)}
          rowProps={row => ({
            'data-smo-row': row.id,
            'data-smo-state': row.state,
            'data-smo-busy': busy.has(row.id) || undefined,
            'data-smo-chosen': view.chosen.has(row.id) || undefined
          })}
          filters={<Filters {...props} rows={apps.rows} />}
          tools={
            chosen.length > 0 && (
              <>
                <span className="smo-secondary">
                  {trans.__('%1 chosen', count(chosen.length))}
                </span>
                <Button
                  name="stop-chosen"
                  look="outline"
                  label={trans.__('Stop…')}
                  onClick={() => deeds.ask(chosen.map(idOf))}
                />
              </>
            )
          }
          empty={
            <>
              <strong>{trans.__('Nothing runs')}</strong>
              <p>
                {trans.__(
                  'Apps, MLflow servers, endpoints and notebook instances appear here.'
                )}
              </p>
            </>
          }
        />
      </div>
      {beside && (
        <aside className="smo-Apps-aside" aria-label={trans.__('Per person, now')}>
          <PerPerson {...props} cost={apps.cost} />
        </aside>
      )}
    </div>
  );
}

const idOf = (row: Running) => row.id;

function group(row: Running): string {
  return row.state === 'stopped' ? 'stopped' : MAIN;
}

function filtered(rows: readonly Running[], filter: Filter): readonly Running[] {
  switch (filter) {
    case 'all':
      return rows;
    case 'mine':
      return rows.filter(row => row.mine || row.this_one);
    case 'idle':
      return rows.filter(row => row.state === 'idle');
    case 'failed':
      return rows.filter(row => row.state === 'failed');
  }
}

function value(row: Running, by: string): Value {
  switch (by) {
    case 'state':
      return row.state;
    case 'app':
      return row.app_type || row.kind;
    case 'person':
      return row.shared ? '' : row.owner;
    case 'instance':
      return row.instance;
    case 'since':
      return row.since;
    case 'idle':
      return bills(row) ? row.idle_for : null;
    case 'per_hour':
      return row.per_hour;
    case 'up_to':
      return row.up_to;
    default:
      return row.name;
  }
}

function Filters(
  props: IDomainPageProps & { rows: readonly Running[] }
): React.ReactElement {
  const { rows, trans, view, deeds } = props;
  const idle = rows.filter(row => row.state === 'idle').length;
  const failed = rows.filter(row => row.state === 'failed').length;
  const chips: Array<[Filter, string]> = [
    ['all', trans.__('All people')],
    ['mine', trans.__('Mine')],
    ['idle', trans.__('Idle %1', count(idle))],
    ['failed', trans.__('Failed %1', count(failed))]
  ];
  return (
    <div className="smo-Chips" role="group" aria-label={trans.__('Show')}>
      {chips.map(([filter, label]) => (
        <button
          key={filter}
          type="button"
          className="smo-Chip"
          data-smo-filter={filter}
          aria-pressed={view.filter === filter}
          onClick={() => deeds.set({ filter })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
