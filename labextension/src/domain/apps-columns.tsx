/** The columns of the apps, and what can be done with each row. */

import * as React from 'react';

import type { Running } from '../api/types';
import { Button, Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import { fullDate, moment, span } from './format';
import type { IColumn } from './grid';
import { Person } from './person';
import type { IDomainPageProps } from './props';
import { chosenWith } from './table';
import {
  bills,
  canStop,
  idleWords,
  kindWords,
  LOOKS,
  ownerWords,
  perHourCell,
  stateWord,
  upToCell,
  whyNotWords
} from './words';

/** @param most - what the most expensive row costs an hour: its bar is as long as the cell */
export function columnsOf(props: IDomainPageProps, most: number): IColumn<Running>[] {
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
      cell: row => kindWords({ ...row, shared: null }, trans) // whose, the next one says
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
  const console = row.stop === 'not_from_here';
  return (
    <span
      className="smo-secondary"
      title={
        console
          ? trans.__('Stopping it would delete it: use the SageMaker console')
          : undefined
      }
    >
      {whyNotWords(row, trans)}
    </span>
  );
}

export function hasFailed(row: Running): boolean {
  return row.state === 'failed';
}
