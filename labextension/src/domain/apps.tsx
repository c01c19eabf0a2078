/** The apps tab: what runs, whose, since when, what it costs, and how to stop it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Apps, Running } from '../api/types';
import { Button, Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { Value } from './arrange';
import { PerPerson, Totals } from './cost';
import { count, fullDate, moment, span } from './format';
import type { IColumn } from './grid';
import type { Filter } from './page-state';
import { Person } from './person';
import type { IDomainDeeds, IDomainPageProps } from './props';
import { StopStep } from './stop';
import { MAIN, Table, chosenWith } from './table';
import {
  bills,
  failureWords,
  canStop,
  idleWords,
  kindWords,
  LOOKS,
  ownerWords,
  perHourCell,
  refusalWords,
  stateWord,
  upToCell,
  whyNotWords
} from './words';

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

function hasFailed(row: Running): boolean {
  return row.state === 'failed';
}

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

function columnsOf(props: IDomainPageProps, most: number): IColumn<Running>[] {
  const { trans, deeds, view, busy } = props;
  const tab = (row: Running) => (row.id === view.current ? 0 : -1);
  return [
    {
      id: 'choose',
      title: '',
      width: '24px',
      cell: row => (
        <input
          type="checkbox"
          className="smo-Check"
          data-smo-do="choose"
          tabIndex={tab(row)}
          aria-label={trans.__('Choose %1', row.name)}
          checked={view.chosen.has(row.id)}
          disabled={!canStop(row)}
          onChange={event =>
            deeds.set({ chosen: chosenWith(view.chosen, [row.id], event.target.checked) })
          }
        />
      )
    },
    {
      id: 'state',
      title: trans.__('State'),
      width: '88px',
      sorts: 'up',
      whole: row => row.failure || row.status,
      cell: row => (
        <>
          <Icon {...iconOf(row, busy)} />
          {busy.has(row.id) && bills(row)
            ? trans.__('Stopping')
            : stateWord(row.state, trans)}
        </>
      )
    },
    {
      id: 'name',
      title: trans.__('Name'),
      width: 'minmax(84px, 1.5fr)',
      sorts: 'up',
      cell: row => <Name text={row.name} />
    },
    {
      id: 'app',
      title: trans.__('App'),
      width: 'minmax(100px, 1fr)',
      from: 810,
      sorts: 'up',
      whole: row => kindWords(row, trans),
      cell: row => kindWords(row, trans)
    },
    {
      id: 'person',
      title: trans.__('Person'),
      width: 'minmax(72px, 0.8fr)',
      from: 600,
      sorts: 'up',
      whole: row => row.owner ?? undefined,
      cell: row =>
        row.owner || row.shared ? (
          <Person name={ownerWords(row, trans)} team={row.shared === true} />
        ) : (
          '–'
        )
    },
    {
      id: 'instance',
      title: trans.__('Instance'),
      width: 'minmax(100px, 1fr)',
      from: 930,
      sorts: 'up',
      whole: row => row.instance ?? undefined,
      cell: row =>
        row.instance === null
          ? '–'
          : row.count > 1
            ? trans.__('%1 × %2', row.count, row.instance)
            : row.instance
    },
    {
      id: 'since',
      title: trans.__('Since'),
      width: '108px',
      align: 'right',
      from: 1050,
      sorts: 'up',
      whole: row => fullDate(row.since),
      cell: row => <span className="smo-secondary">{moment(row.since)}</span>
    },
    {
      id: 'idle',
      title: trans.__('Idle for'),
      width: '68px',
      align: 'right',
      sorts: 'down',
      whole: row =>
        row.idle_for === null
          ? trans.__('Not known: AWS does not say when an app was last used')
          : trans.__('Last used %1 ago', span(row.idle_for, trans)),
      cell: row => idleWords(row, trans)
    },
    {
      id: 'per_hour',
      title: trans.__('Per hour'),
      width: '84px',
      align: 'right',
      sorts: 'down',
      cell: row => (
        <>
          {row.per_hour !== null && bills(row) && most > 0 && (
            <span
              className="smo-Grid-bar"
              style={{ width: `${(100 * row.per_hour) / most}%` }}
            />
          )}
          <span className="smo-Grid-over">{perHourCell(row, trans)}</span>
        </>
      )
    },
    {
      id: 'up_to',
      title: trans.__('Up to'),
      width: '76px',
      align: 'right',
      from: 690,
      sorts: 'down',
      cell: row => upToCell(row, trans)
    },
    {
      id: 'action',
      title: '',
      width: '80px',
      align: 'right',
      cell: row => <Action row={row} tabIndex={tab(row)} {...props} />
    }
  ];
}

function iconOf(row: Running, busy: ReadonlySet<string>) {
  const look = LOOKS[busy.has(row.id) && bills(row) ? 'stopping' : row.state];
  return { name: look.icon, tone: look.tone };
}

function Action(
  props: IDomainPageProps & { row: Running; tabIndex: number }
): React.ReactElement {
  const { row, trans, deeds, view, busy, tabIndex } = props;
  if (hasFailed(row)) {
    return (
      <Button
        name="why"
        label={view.why === row.id ? trans.__('Close') : trans.__('See why')}
        tabIndex={tabIndex}
        onClick={() => deeds.set({ why: view.why === row.id ? null : row.id })}
      />
    );
  }
  if (row.stop === 'yes' && !busy.has(row.id)) {
    return (
      <Button
        name="stop"
        look="outline"
        label={trans.__('Stop…')}
        hint={trans.__('Stop… %1', row.name)}
        tabIndex={tabIndex}
        onClick={() => deeds.ask([row.id])}
      />
    );
  }
  return <span className="smo-secondary">{whyNotWords(row, trans)}</span>;
}

/** What AWS said when it failed: text from outside, as it is. */
function Why(props: {
  row: Running;
  trans: TranslationBundle;
  deeds: IDomainDeeds;
}): React.ReactElement {
  const { row, trans, deeds } = props;
  return (
    <div className="smo-Why" data-smo-why={row.id}>
      <Icon name="failed" tone="bad" />
      <p>{failureWords(row, trans)}</p>
      {row.failure && (
        <Button
          name="copy"
          label={trans.__('Copy')}
          onClick={() => deeds.copy(row.failure)}
        />
      )}
    </div>
  );
}

/** Why AWS or the server did not do what was asked. */
function Refused(props: IDomainPageProps & { row: Running }): React.ReactElement | null {
  const { row, trans, deeds, refusals } = props;
  const refusal = refusals.get(row.id);
  if (!refusal) {
    return null;
  }
  const { statement } = refusal;
  return (
    <div className="smo-Why" data-smo-refusal={row.id} role="alert">
      <Icon name={refusal.code === 'aws.forbidden' ? 'denied' : 'failed'} tone="bad" />
      <p>
        {trans.__('%1 was not stopped.', row.name)} {refusalWords(refusal)}
      </p>
      {statement && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => deeds.copy(statement)}
        />
      )}
    </div>
  );
}
