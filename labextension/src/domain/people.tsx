/** The tabs of user profiles and spaces. */

import * as React from 'react';

import type { Profile, Profiles, Space, Spaces } from '../api/types';
import { Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IconName } from '../shell/shapes';
import { fullDate, moment, money } from './format';
import type { IColumn } from './grid';
import { Person } from './person';
import type { IDomainPageProps } from './props';
import { Table } from './table';
import { appWords } from './words';

/** How the API's words for a profile's or a space's state are drawn. */
const STATUS: Record<string, { name: IconName; tone: string }> = {
  InService: { name: 'done', tone: 'ok' },
  Pending: { name: 'working', tone: 'accent' },
  Updating: { name: 'working', tone: 'accent' },
  Deleting: { name: 'working', tone: 'accent' },
  Failed: { name: 'failed', tone: 'bad' },
  Update_Failed: { name: 'failed', tone: 'bad' },
  Delete_Failed: { name: 'failed', tone: 'bad' }
};

export function Status(props: { status: string }): React.ReactElement {
  return (
    <>
      <Icon {...(STATUS[props.status] ?? { name: 'waiting', tone: 'quiet' })} />
      {props.status}
    </>
  );
}

export function ProfilesTab(
  props: IDomainPageProps & { profiles: Profiles }
): React.ReactElement {
  const { profiles, trans, width } = props;
  const columns: IColumn<Profile>[] = [
    {
      id: 'name',
      title: trans.__('Name'),
      width: 'minmax(120px, 2fr)',
      sorts: 'up',
      whole: row => row.name,
      cell: row => (
        <>
          <Person name={row.name} />
          {row.me && <span className="smo-Tag">{trans.__('you')}</span>}
        </>
      )
    },
    {
      id: 'status',
      title: trans.__('Status'),
      width: 'minmax(100px, 1fr)',
      sorts: 'up',
      cell: row => <Status status={row.status} />
    },
    ...dates<Profile>(props)
  ];
  return (
    <Table
      {...props}
      name="profiles"
      label={trans.__('User profiles')}
      search={trans.__('Search user profiles')}
      part={profiles.part}
      rows={profiles.rows}
      columns={columns}
      width={width}
      keyOf={row => row.name}
      texts={row => [row.name, row.status]}
      value={(row, by) =>
        by === 'status'
          ? row.status
          : by === 'created'
            ? row.created
            : by === 'modified'
              ? row.modified
              : row.name
      }
      rowProps={row => ({ 'data-smo-row': row.name })}
      empty={<strong>{trans.__('No user profiles yet')}</strong>}
    />
  );
}

export function SpacesTab(
  props: IDomainPageProps & { spaces: Spaces }
): React.ReactElement {
  const { spaces, trans, width } = props;
  const columns: IColumn<Space>[] = [
    {
      id: 'name',
      title: trans.__('Name'),
      width: 'minmax(120px, 2fr)',
      sorts: 'up',
      whole: row => row.name,
      cell: row => (
        <>
          <Name text={row.title} />
          {row.this_one && <span className="smo-Tag">{trans.__('this one')}</span>}
        </>
      )
    },
    {
      id: 'status',
      title: trans.__('Status'),
      width: 'minmax(96px, 0.8fr)',
      sorts: 'up',
      cell: row => <Status status={row.status} />
    },
    {
      id: 'app',
      title: trans.__('App'),
      width: 'minmax(90px, 0.8fr)',
      from: 620,
      sorts: 'up',
      cell: row => (row.app_type ? appWords(row.app_type, trans) : '–')
    },
    {
      id: 'owner',
      title: trans.__('Owner'),
      width: 'minmax(90px, 1fr)',
      sorts: 'up',
      cell: row =>
        row.shared ? (
          <Person name={trans.__('shared')} team />
        ) : row.owner ? (
          <Person name={row.owner} />
        ) : (
          '–'
        )
    },
    {
      id: 'storage',
      title: trans.__('Disk'),
      width: '84px',
      align: 'right',
      sorts: 'down',
      cell: row => (row.storage_gb === null ? '–' : trans.__('%1 GB', row.storage_gb))
    },
    {
      id: 'storage_month',
      title: trans.__('A month'),
      width: '84px',
      align: 'right',
      from: 700,
      sorts: 'down',
      cell: row => {
        const cost = monthOf(row);
        return cost !== null
          ? money(cost)
          : row.storage_gb === null
            ? '–'
            : trans.__('unknown');
      }
    },
    ...dates<Space>(props)
  ];
  return (
    <Table
      {...props}
      name="spaces"
      label={trans.__('Spaces')}
      search={trans.__('Search spaces')}
      part={spaces.part}
      rows={spaces.rows}
      columns={columns}
      width={width}
      keyOf={row => row.name}
      texts={row => [
        row.name,
        row.title,
        row.owner,
        appWords(row.app_type, trans),
        row.status
      ]}
      value={(row, by) => {
        switch (by) {
          case 'status':
            return row.status;
          case 'app':
            return row.app_type || null;
          case 'owner':
            return row.shared ? '' : row.owner;
          case 'storage':
            return row.storage_gb;
          case 'storage_month':
            return monthOf(row);
          case 'created':
            return row.created;
          case 'modified':
            return row.modified;
          default:
            return row.title;
        }
      }}
      rowProps={row => ({ 'data-smo-row': row.name })}
      empty={<strong>{trans.__('No spaces yet')}</strong>}
    />
  );
}

/** Dollars a month for a space's disk; null where size or price is not known. */
function monthOf(row: Space): number | null {
  return row.storage_gb === null || row.storage_price === null
    ? null
    : row.storage_gb * row.storage_price.amount;
}

function dates<T extends { readonly created: string; readonly modified: string }>(
  props: IDomainPageProps
): IColumn<T>[] {
  const { trans } = props;
  return [
    {
      id: 'created',
      title: trans.__('Created'),
      width: '118px',
      align: 'right',
      from: 940,
      sorts: 'down',
      whole: row => fullDate(row.created),
      cell: row => <span className="smo-secondary">{moment(row.created)}</span>
    },
    {
      id: 'modified',
      title: trans.__('Changed'),
      width: '118px',
      align: 'right',
      from: 560,
      sorts: 'down',
      whole: row => fullDate(row.modified),
      cell: row => <span className="smo-secondary">{moment(row.modified)}</span>
    }
  ];
}
