/** What a grid's lines are made of: the head, the cells, and what stands below a row. */

import * as React from 'react';

import { Icon } from '../shell/icon';
import type { ISort } from './arrange';

export interface IColumn<T> {
  readonly id: string;
  readonly title: string;
  /** A track of a CSS grid. */
  readonly width: string;
  readonly align?: 'right';
  /** Which way a first click sorts; without it the column does not sort. */
  readonly sorts?: 'up' | 'down';
  /** Table width in pixels from which the column is shown; always without it. */
  readonly from?: number;
  cell(row: T): React.ReactNode;
  /** The whole of it, on hover. */
  whole?(row: T): string | undefined;
}

interface IHeadProps<T> {
  label: string;
  columns: readonly IColumn<T>[];
  /** Widths of the columns, as CSS. */
  tracks: string;
  sort: ISort;
  onSort(by: string, downFirst: boolean): void;
}

/** What stands below a row, as high as its words need. */
export function Detail(props: {
  line: string;
  index: number;
  columns: number;
  place: React.CSSProperties;
  onHeight(key: string, height: number): void;
  children: React.ReactNode;
}): React.ReactElement {
  const node = React.useRef<HTMLDivElement>(null);
  React.useLayoutEffect(() => {
    const height = node.current?.offsetHeight ?? 0;
    if (height > 0) {
      props.onHeight(props.line, height);
    }
  });
  return (
    <div
      ref={node}
      role="row"
      className="smo-Grid-detail"
      aria-rowindex={props.index}
      style={props.place}
    >
      <div role="gridcell" aria-colspan={props.columns}>
        {props.children}
      </div>
    </div>
  );
}

/** The columns' names; those that sort are buttons, with one tab stop for all. */
export function Head<T>(props: IHeadProps<T>): React.ReactElement {
  const { sort } = props;
  return (
    <div role="rowgroup" className="smo-Grid-head">
      <div
        role="row"
        aria-rowindex={1}
        className="smo-Grid-heading"
        style={{ gridTemplateColumns: props.tracks }}
        onKeyDown={event => {
          if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
            event.preventDefault();
            step(event.currentTarget, event.target, event.key === 'ArrowRight' ? 1 : -1);
          }
        }}
      >
        {props.columns.map(column => {
          const by = sort.by === column.id;
          const word = sort.down ? 'descending' : 'ascending';
          return (
            <div
              key={column.id}
              role="columnheader"
              className={`smo-Grid-cell smo-align-${column.align ?? 'left'}`}
              aria-sort={column.sorts && (by ? word : 'none')}
            >
              {column.sorts ? (
                <button
                  type="button"
                  className="smo-Grid-sort"
                  data-smo-sort={column.id}
                  tabIndex={by ? 0 : -1}
                  onClick={() => props.onSort(column.id, column.sorts === 'down')}
                >
                  {by && (
                    <span className={sort.down ? 'smo-mod-down' : 'smo-mod-up'}>
                      <Icon name="opened" tone="accent" />
                    </span>
                  )}
                  {column.title}
                </button>
              ) : (
                <span className={column.title ? undefined : 'smo-only-heard'}>
                  {column.title || props.label}
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Plain words end in dots where there is no room for them. */
function text(cell: React.ReactNode): React.ReactNode {
  return typeof cell === 'string' ? <span className="smo-Grid-text">{cell}</span> : cell;
}

export function Cells<T>(props: {
  row: T;
  columns: readonly IColumn<T>[];
}): React.ReactElement {
  return (
    <>
      {props.columns.map(column => (
        <div
          key={column.id}
          role="gridcell"
          className={`smo-Grid-cell smo-align-${column.align ?? 'left'}`}
          data-smo-cell={column.id}
          title={column.whole?.(props.row)}
        >
          {text(column.cell(props.row))}
        </div>
      ))}
    </>
  );
}

/** From the row to its controls and back, or from one of them to the next. */
export function step(row: HTMLElement | null, from: EventTarget, by: number): void {
  if (!row) {
    return;
  }
  const controls = row.querySelectorAll<HTMLElement>('button:enabled, input:enabled, a');
  const all = row.tabIndex >= 0 ? [row, ...controls] : [...controls];
  const at = all.indexOf(from as HTMLElement);
  all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
}
