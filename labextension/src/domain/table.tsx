/** A list with its search box: rows found, sorted, held in place, and drawn as a grid. */

import * as React from 'react';

import type { Part } from '../api/types';
import { Button } from '../shell/controls';
import { found, held, sorted, turned, type IPlaced, type Value } from './arrange';
import { count } from './format';
import { Grid, type IColumn, type Line } from './grid';
import type { Listed } from './page-state';
import { Skeleton } from './parts';
import type { IDomainPageProps } from './props';

/** Rows up to which a group is open unless it was closed. */
const FEW = 10;

/** Where rows are that are in no group. */
export const MAIN = '';

export interface ITableProps<T> extends Pick<
  IDomainPageProps,
  'view' | 'trans' | 'deeds'
> {
  name: Listed;
  label: string;
  /** What is searched for: "Search apps". */
  search: string;
  /** Said when there are no rows at all, and when the search finds none. */
  empty: React.ReactNode;
  part: Part | undefined;
  rows: readonly T[];
  columns: readonly IColumn<T>[];
  width: number;
  keyOf(row: T): string;
  texts(row: T): readonly (string | null)[];
  value(row: T, by: string): Value;
  /** In which part of the table a row is; its rows come last. */
  group?(row: T): string;
  groupTitle?: string;
  /** What stands below a row. */
  detail?(row: T): React.ReactNode;
  choosable?(row: T): boolean;
  onOpen?(row: T): void;
  onMenu?(row: T, x: number, y: number): void;
  rowProps?(row: T): Record<`data-smo-${string}`, string | boolean | undefined>;
  chooses?: boolean;
  /** Filters, beside the search box. */
  filters?: React.ReactNode;
  /** At the right: what is chosen. */
  tools?: React.ReactNode;
}

export function Table<T>(props: ITableProps<T>): React.ReactElement {
  const { name, part, trans, deeds, view, keyOf } = props;
  const { query, sort } = view.lists[name];
  const search = React.useRef<HTMLInputElement>(null);
  const [own, setOwn] = React.useState<string | null>(null);
  const current = props.chooses ? view.current : own;

  const placed = React.useMemo(() => {
    const rows = sorted(found(props.rows, query, props.texts), sort, props.value);
    const all = rows.map(row => ({ row, group: props.group?.(row) ?? MAIN }));
    const last = all.filter(one => one.group !== MAIN);
    return [...all.filter(one => one.group === MAIN), ...last];
    // eslint-disable-next-line react-hooks/exhaustive-deps -- pure functions of the module
  }, [props.rows, query, sort]);
  const first = part === undefined || part.at === null;
  const hold = useHeld(placed, keyOf, `${query}|${sort.by}|${String(sort.down)}`, !first);

  const grouped = hold.rows.filter(one => one.group !== MAIN);
  const open = view.stopped ?? grouped.length <= FEW;
  const lines = [
    ...hold.rows.filter(one => one.group === MAIN).flatMap(one => linesOf(one.row)),
    ...(grouped.length > 0
      ? [
          {
            kind: 'group' as const,
            key: 'group',
            title: props.groupTitle ?? '',
            count: count(grouped.length),
            open
          },
          ...(open ? grouped.flatMap(one => linesOf(one.row)) : [])
        ]
      : [])
  ];

  function linesOf(row: T): Line<T>[] {
    const key = keyOf(row);
    const detail = props.detail?.(row);
    const line: Line<T> = { kind: 'row', key, row };
    return detail
      ? [line, { kind: 'detail', key: `${key} detail`, content: detail }]
      : [line];
  }

  const waits = props.rows.length === 0 && isComing(part);
  const broken = part?.state === 'failed' || part?.state === 'not_here';
  return (
    <section
      className="smo-Table"
      onKeyDown={event => {
        const typing = event.target instanceof HTMLInputElement;
        if (event.key === '/' && !typing) {
          event.preventDefault();
          search.current?.focus();
        }
      }}
    >
      <div className="smo-Table-tools">
        <input
          ref={search}
          type="search"
          className="smo-Field smo-Table-search"
          data-smo-search={name}
          aria-label={props.search}
          placeholder={props.search}
          title={trans.__('%1 ( / )', props.search)}
          value={query}
          spellCheck={false}
          onChange={event => deeds.setList(name, { query: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Escape' && query !== '') {
              event.stopPropagation();
              deeds.setList(name, { query: '' });
            }
          }}
        />
        {props.filters}
        <span className="smo-Table-space" />
        {hold.waiting > 0 && (
          <Button
            name="show-new"
            look="link"
            label={trans._n('%2 new', '%2 new', hold.waiting, count(hold.waiting))}
            onClick={hold.release}
          />
        )}
        {props.tools}
      </div>
      {waits ? (
        <Skeleton label={trans.__('Reading %1', props.label)} />
      ) : lines.length === 0 ? (
        !broken && (
          <div className="smo-Quiet" data-smo-room-state="empty">
            {props.rows.length === 0 ? (
              props.empty
            ) : (
              <p>{trans.__('None of %1 is like that.', count(props.rows.length))}</p>
            )}
          </div>
        )
      ) : (
        <Grid
          label={props.label}
          name={name}
          columns={props.columns}
          lines={lines}
          width={props.width}
          sort={sort}
          onSort={(by, downFirst) =>
            deeds.setList(name, { sort: turned(sort, by, downFirst) })
          }
          current={current}
          onCurrent={key => (props.chooses ? deeds.set({ current: key }) : setOwn(key))}
          chosen={props.chooses ? view.chosen : undefined}
          onChoose={
            props.chooses
              ? (keys, chosen) =>
                  deeds.set({ chosen: chosenWith(view.chosen, keys, chosen) })
              : undefined
          }
          choosable={props.choosable}
          onOpen={props.onOpen}
          onGroup={() => deeds.set({ stopped: !open })}
          onMenu={props.onMenu}
          onSearch={() => search.current?.focus()}
          onEscape={() => deeds.set({ chosen: new Set(), why: null })}
          onHold={hold.hold}
          rowProps={props.rowProps}
          busy={part?.state === 'loading'}
        />
      )}
    </section>
  );
}

export function chosenWith(
  chosen: ReadonlySet<string>,
  keys: readonly string[],
  add: boolean
): ReadonlySet<string> {
  const now = new Set(chosen);
  keys.forEach(key => (add ? now.add(key) : now.delete(key)));
  return now;
}

/** Whether rows may come: nobody has looked yet, or the reading goes on. */
function isComing(part: Part | undefined): boolean {
  return part === undefined || part.state === 'idle' || part.state === 'loading';
}

/**
 * Rows that keep their places while `hold(true)`.
 *
 * @param epoch - another search or order: places are given anew
 * @param holds - false while rows come for the first time
 */
function useHeld<T>(
  placed: readonly IPlaced<T>[],
  keyOf: (row: T) => string,
  epoch: string,
  holds: boolean
) {
  const [holding, setHolding] = React.useState(false);
  const [, again] = React.useReducer((times: number) => times + 1, 0);
  const places = React.useRef<{ epoch: string; list: Array<[string, string]> } | null>(
    null
  );
  if (!holding || !holds || places.current?.epoch !== epoch) {
    places.current = {
      epoch,
      list: placed.map(({ row, group }) => [keyOf(row), group])
    };
  }
  const release = () => {
    places.current = null;
    again();
  };
  return { ...held(placed, places.current.list, keyOf), hold: setHolding, release };
}
