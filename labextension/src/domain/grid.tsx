/**
 * A table of thousands of rows, of which the page holds only those that are seen. Real
 * elements, since a canvas would hide them from readers of the screen.
 */

import * as React from 'react';

import { Icon } from '../shell/icon';
import type { ISort } from './arrange';
import { Cells, Detail, Head, step, type IColumn } from './grid-lines';
import { useWindow } from './windowed';

export type { IColumn };

/** Heights in pixels; a detail's is measured. */
const ROW = 30;
const DETAIL = 52;

/** A row, or what stands between rows. */
export type Line<T> =
  | { readonly kind: 'row'; readonly key: string; readonly row: T }
  | { readonly kind: 'detail'; readonly key: string; readonly content: React.ReactNode }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly title: string;
      readonly count: string;
      readonly open: boolean;
    };

export interface IGridProps<T> {
  label: string;
  name: string;
  columns: readonly IColumn<T>[];
  lines: readonly Line<T>[];
  /** Width of the table in pixels. */
  width: number;
  sort: ISort;
  onSort(by: string, downFirst: boolean): void;
  /** The row with the one tab stop. */
  current: string | null;
  onCurrent(key: string): void;
  chosen?: ReadonlySet<string>;
  /** Space; with `range`, all from the current one to this. */
  onChoose?(keys: readonly string[], chosen: boolean): void;
  /** Whether a row can be chosen. */
  choosable?(row: T): boolean;
  /** Enter. */
  onOpen?(row: T): void;
  onGroup?(key: string): void;
  onMenu?(row: T, x: number, y: number): void;
  onSearch(): void;
  onEscape(): void;
  /** Somebody points at the list, or types in it. */
  onHold(held: boolean): void;
  rowProps?(row: T): Record<`data-smo-${string}`, string | boolean | undefined>;
  busy: boolean;
}

export function Grid<T>(props: IGridProps<T>): React.ReactElement {
  const { lines, columns } = props;
  const shown = columns.filter(column => props.width >= (column.from ?? 0));
  const tracks = shown.map(column => column.width).join(' ');
  const box = React.useRef<HTMLDivElement>(null);
  const stops = lines.filter(line => line.kind !== 'detail');
  const tabStop = stops.some(line => line.key === props.current)
    ? props.current
    : (stops[0]?.key ?? null);
  const stopIndex = lines.findIndex(line => line.key === tabStop);

  const [details, setDetails] = React.useState<Readonly<Record<string, number>>>({});
  const heights = React.useMemo(
    () =>
      lines.map(line => (line.kind === 'detail' ? (details[line.key] ?? DETAIL) : ROW)),
    [lines, details]
  );
  // The row with the focus stays on the page wherever one scrolls, and so does its step.
  const seen = useWindow(box, heights, [stopIndex, stopIndex + 1]);
  const measure = (key: string, height: number) =>
    setDetails(old => (old[key] === height ? old : { ...old, [key]: height }));

  const wanted = React.useRef<string | null>(null);
  /** What had the focus last. */
  const last = React.useRef<Element | null>(null);
  const find = (key: string | null) =>
    [...(box.current?.querySelectorAll<HTMLElement>('[data-smo-line]') ?? [])].find(
      line => line.dataset.smoLine === key
    );
  React.useEffect(() => {
    // A button that went away with its line takes the focus with it: back to the row.
    const lost = last.current?.isConnected === false;
    const key = wanted.current ?? (lost ? tabStop : null);
    const line = key === null ? undefined : find(key);
    if (line) {
      wanted.current = last.current = null;
      line.focus({ preventScroll: true });
    }
  });

  const go = (index: number) => {
    const line = stops[Math.max(0, Math.min(stops.length - 1, index))];
    if (line) {
      wanted.current = line.key;
      props.onCurrent(line.key);
      seen.show(lines.indexOf(line), ROW);
    }
  };

  const choose = (line: Line<T>, extend: boolean) => {
    if (line.kind !== 'row' || !props.onChoose) {
      return;
    }
    const can = (one: Line<T>) =>
      one.kind === 'row' && (props.choosable?.(one.row) ?? true);
    if (!extend) {
      if (can(line)) {
        props.onChoose([line.key], !props.chosen?.has(line.key));
      }
      return;
    }
    const ends = [anchor.current ?? line.key, line.key].map(key =>
      lines.findIndex(one => one.key === key)
    );
    const range = lines.slice(Math.min(...ends), Math.max(...ends) + 1).filter(can);
    props.onChoose(
      range.map(one => one.key),
      true
    );
  };
  /** Where a range begins: the row that was chosen last without Shift. */
  const anchor = React.useRef<string | null>(null);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const at = target.closest<HTMLElement>('[data-smo-line]');
    const index = stops.findIndex(line => line.key === at?.dataset.smoLine);
    const line = stops[index];
    if (!line || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const onRow = target === at;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW) - 2);
    const take = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        take();
        const next = index + (event.key === 'ArrowDown' ? 1 : -1);
        const to = stops[next];
        if (event.shiftKey && to) {
          anchor.current ??= line.key;
          choose(to, true);
        }
        return go(next);
      }
      case 'Home':
        take();
        return go(0);
      case 'End':
        take();
        return go(stops.length - 1);
      case 'PageDown':
        take();
        return go(index + page);
      case 'PageUp':
        take();
        return go(index - page);
      case 'ArrowRight':
      case 'ArrowLeft':
        take();
        return step(at, target, event.key === 'ArrowRight' ? 1 : -1);
      case ' ':
        if (onRow) {
          take();
          choose(line, event.shiftKey);
          anchor.current = line.key;
        }
        return;
      case 'Enter':
        if (onRow) {
          take();
          if (line.kind === 'group') {
            props.onGroup?.(line.key);
          } else if (line.kind === 'row') {
            props.onOpen?.(line.row);
          }
        }
        return;
      case '/':
        take();
        return props.onSearch();
      case 'Escape':
        take();
        return props.onEscape();
      case 'ContextMenu':
      case 'F10':
        if (line.kind === 'row' && (event.key === 'ContextMenu' || event.shiftKey)) {
          take();
          const place = at?.getBoundingClientRect();
          props.onMenu?.(line.row, (place?.left ?? 0) + 24, (place?.top ?? 0) + 24);
        }
    }
  };

  return (
    <div
      ref={box}
      className="smo-Grid"
      role="grid"
      data-smo-grid={props.name}
      aria-label={props.label}
      aria-rowcount={lines.length + 1}
      aria-colcount={shown.length}
      aria-multiselectable={props.onChoose ? true : undefined}
      aria-busy={props.busy}
      onKeyDown={onKeyDown}
      onMouseEnter={() => props.onHold(true)}
      onMouseLeave={event =>
        props.onHold(event.currentTarget.contains(document.activeElement))
      }
      onFocus={event => {
        last.current = event.target;
        props.onHold(true);
      }}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          props.onHold(event.currentTarget.matches(':hover'));
        }
      }}
    >
      <Head {...props} columns={shown} tracks={tracks} />
      <div className="smo-Grid-body" role="rowgroup" style={{ height: seen.total }}>
        {seen.drawn.map(index => {
          const line = lines[index];
          if (!line) {
            return null;
          }
          const place = { transform: `translateY(${seen.top(index)}px)` };
          if (line.kind === 'row') {
            return (
              <div
                key={line.key}
                role="row"
                className="smo-Grid-row"
                data-smo-line={line.key}
                {...props.rowProps?.(line.row)}
                aria-rowindex={index + 2}
                aria-selected={props.chosen ? props.chosen.has(line.key) : undefined}
                tabIndex={line.key === tabStop ? 0 : -1}
                style={{ ...place, gridTemplateColumns: tracks }}
                onFocus={() => {
                  if (line.key !== props.current) {
                    props.onCurrent(line.key);
                  }
                }}
                onContextMenu={event => {
                  if (props.onMenu) {
                    event.preventDefault();
                    props.onMenu(line.row, event.clientX, event.clientY);
                  }
                }}
              >
                <Cells row={line.row} columns={shown} />
              </div>
            );
          }
          if (line.kind === 'group') {
            return (
              <div
                key={line.key}
                role="row"
                className="smo-Grid-row smo-Grid-group"
                data-smo-line={line.key}
                data-smo-group={line.key}
                aria-rowindex={index + 2}
                tabIndex={line.key === tabStop ? 0 : -1}
                style={place}
                onFocus={() => props.onCurrent(line.key)}
              >
                <div role="gridcell" aria-colspan={shown.length}>
                  <button
                    type="button"
                    className="smo-Grid-fold"
                    aria-expanded={line.open}
                    tabIndex={line.key === tabStop ? 0 : -1}
                    onClick={() => props.onGroup?.(line.key)}
                  >
                    <Icon name={line.open ? 'opened' : 'closed'} />
                    <strong>{line.title}</strong> {line.count}
                  </button>
                </div>
              </div>
            );
          }
          return (
            <Detail
              key={line.key}
              line={line.key}
              index={index + 2}
              columns={shown.length}
              place={place}
              onHeight={measure}
            >
              {line.content}
            </Detail>
          );
        })}
      </div>
    </div>
  );
}
