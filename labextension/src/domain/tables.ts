/** The tables of the domain room: each is asked for alone, and only when it is seen. */

import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../api/request';
import type { Apps, Part, Profiles, Settings, Spaces } from '../api/types';

export type PartName = Part['name'];

export interface ITables {
  readonly settings: Settings | null;
  readonly profiles: Profiles | null;
  readonly spaces: Spaces | null;
  readonly apps: Apps | null;
}
type Table = keyof ITables;

export const NOTHING: ITables = {
  settings: null,
  profiles: null,
  spaces: null,
  apps: null
};

const TABLE_OF: Record<PartName, Table | null> = {
  here: null,
  settings: 'settings',
  profiles: 'profiles',
  spaces: 'spaces',
  apps: 'apps',
  others: 'apps',
  prices: 'apps'
};

/**
 * Ask for the tables that somebody looks at and that are not those of this revision.
 *
 * @param old - what is known; rows that did not change stay the same objects
 * @throws RequestError
 */
export async function readTables(
  to: ServerConnection.ISettings,
  old: ITables,
  looked: ReadonlySet<PartName>,
  revision: number,
  signal: AbortSignal
): Promise<ITables> {
  const seen = new Set([...looked].map(part => TABLE_OF[part]));
  const wanted = (name: Table) => seen.has(name) && old[name]?.revision !== revision;
  const [settings, profiles, spaces, apps] = await Promise.all([
    wanted('settings')
      ? request(to, 'get', '/domain/settings', { signal })
      : old.settings,
    wanted('profiles')
      ? request(to, 'get', '/domain/profiles', { signal })
      : old.profiles,
    wanted('spaces') ? request(to, 'get', '/domain/spaces', { signal }) : old.spaces,
    wanted('apps') ? request(to, 'get', '/domain/apps', { signal }) : old.apps
  ]);
  return {
    settings,
    profiles: profiles && {
      ...profiles,
      rows: share(old.profiles?.rows, profiles.rows, byName)
    },
    spaces: spaces && { ...spaces, rows: share(old.spaces?.rows, spaces.rows, byName) },
    apps: apps && { ...apps, rows: share(old.apps?.rows, apps.rows, byId) }
  };
}

const byId = (row: { readonly id: string }) => row.id;
const byName = (row: { readonly name: string }) => row.name;

/** Rows that did not change stay the same objects, so that they are not drawn again. */
function share<T>(
  old: readonly T[] | undefined,
  rows: readonly T[],
  key: (row: T) => string
): readonly T[] {
  if (old === rows) {
    return rows;
  }
  const known = new Map(old?.map(row => [key(row), row]));
  return rows.map(row => {
    const was = known.get(key(row));
    return was !== undefined && JSON.stringify(was) === JSON.stringify(row) ? was : row;
  });
}
