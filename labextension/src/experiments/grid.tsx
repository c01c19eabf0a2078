/**
 * The runs as a table of which the page holds only the rows in sight. Real elements, since
 * a canvas would hide them from readers of the screen.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { step } from '../domain/grid-lines';
import { useColumnsInSight } from './columns-in-sight';
import { Head } from './head';
import { groupKey, leftEdges, lineElement, lineKey, lineOf, useSteady } from './lines';
import { useRecycled } from './recycled';
import { endsOf, GroupRow, RunRow, wholeText } from './row';
import type { IShown } from './shown-columns';
import { bestRow } from './table/best';
import type { IRuns } from './table/columns';
import { betterOf } from './table/direction';
import type { Facet, INarrowed } from './table/facets';
import { groupName, type IGrouped } from './table/groups';
import { choose, range, toggle, unchoose, type Chosen } from './table/selection';
import type { ITableView } from './table/view-state';

/** Pixels. */
const ROW = 26;
export const HEAD_HEIGHT = 71;

export interface IRunsGridProps {
  runs: IRuns;
  grouped: IGrouped;
  by: INarrowed;
  columns: readonly IShown[];
  view: ITableView;
  chosen: Chosen;
  /** The line with the one tab stop. */
  current: string | null;
  busy: boolean;
  trans: TranslationBundle;
  onCurrent(line: string): void;
  onChoose(chosen: Chosen): void;
  onSort(by: string, downFirst: boolean, more: boolean): void;
  onFacet(key: string, facet: Facet | null): void;
  onWidth(key: string, pixels: number | null): void;
  onFold(name: string): void;
  onOpen?(id: string): void;
  onCompare(): void;
  onReproduce(id: string): void;
  onMenu(id: string, x: number, y: number): void;
  /** Tell the best runs of a metric, at this many pixels from the list's left. */
  onBest(key: string, x: number): void;
  onSearch(): void;
  onEscape(): void;
  /** Somebody points at the list, or types in it. */
  onHold(held: boolean): void;
}

export function RunsGrid(props: IRunsGridProps): React.ReactElement {
  const { runs, columns, chosen, trans } = props;
  const { lines, groups } = props.grouped;
  const box = React.useRef<HTMLDivElement>(null);
  const own = React.useId();
  /** Where a range begins: the run that was chosen last without Shift. */
  const anchor = React.useRef<string | null>(null);
  const keyOf = (index: number) => lineKey(runs, props.grouped, index);

  const rowOfCurrent = runs.rows.get(props.current ?? '');
  const known =
    rowOfCurrent === undefined
      ? groups.findIndex(group => groupKey(group.value) === props.current)
      : -1;
  const found = lines.indexOf(rowOfCurrent ?? (known < 0 ? Number.NaN : -1 - known));
  const stop = found >= 0 ? found : lines.length > 0 ? 0 : -1;
  const seen = useRecycled(box, lines.length, ROW, HEAD_HEIGHT, props.view, stop, keyOf);

  const tracks = columns.map(column => `${column.width}px`).join(' ');
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const edges = React.useMemo(() => leftEdges(columns), [columns]);
  const span = useColumnsInSight(box, columns);
  const ends = React.useMemo(() => endsOf(runs, columns), [runs, columns]);

  const best = React.useMemo(
    () => bestShown(runs, props.view, columns),
    [runs, props.view, columns]
  );

  /** The line that gets the focus as soon as it is on the page. */
  const wanted = React.useRef<string | null>(null);
  const last = React.useRef<Element | null>(null);
  React.useEffect(() => {
    // A run that went away with the focus in it leaves it to the list's tab stop.
    const lost = last.current?.isConnected === false;
    const key = wanted.current ?? (lost && stop >= 0 ? keyOf(stop) : null);
    const line = key === null ? null : lineElement(box.current, key);
    if (line) {
      wanted.current = last.current = null;
      line.focus({ preventScroll: true });
    }
  });

  /** The cell that is pointed at: hundreds of titles would be felt with every order. */
  const pointed = React.useRef<HTMLElement | null>(null);
  const entitle = () => {
    const cell = pointed.current;
    const row = cell && runs.rows.get(lineOf(cell)?.dataset.smoRow ?? '');
    if (cell && row !== null) {
      cell.title =
        row === undefined ? '' : wholeText(runs, row, cell.dataset.smoCell ?? '', trans);
    }
  };
  const point = (cell: HTMLElement | null) => {
    pointed.current?.removeAttribute('title');
    pointed.current = cell;
    entitle();
  };
  React.useEffect(entitle); // its line may be another run's by now

  const go = (to: number) => {
    const index = Math.max(0, Math.min(lines.length - 1, to));
    if (lines.length > 0) {
      wanted.current = keyOf(index);
      props.onCurrent(wanted.current);
      seen.show(index);
    }
  };
  const idAt = (index: number) => runs.ids[lines[index] ?? -1];
  const shownIds = () =>
    Array.from(lines, (_, index) => idAt(index) ?? '').filter(Boolean);
  const extend = (to: number) => {
    const id = idAt(to);
    if (id !== undefined) {
      props.onChoose(choose(chosen, range(shownIds(), anchor.current, id)));
    }
  };
  const take = (index: number, isRange: boolean) => {
    const id = idAt(index);
    if (id === undefined) {
      return;
    }
    if (isRange && anchor.current !== null) {
      extend(index);
    } else {
      props.onChoose(toggle(chosen, id));
    }
    anchor.current = id;
  };
  const act = (index: number) => {
    const id = idAt(index);
    const group = groups[-1 - (lines[index] ?? 0)];
    if (id !== undefined) {
      props.onOpen?.(id);
    } else if (group) {
      props.onFold(groupName(group.value));
    }
  };
  const menu = (index: number, line: HTMLElement, at?: React.MouseEvent) => {
    const id = idAt(index);
    const { left, top } = line.getBoundingClientRect();
    if (id !== undefined) {
      props.onMenu(id, at?.clientX ?? left + 24, at?.clientY ?? top + 24);
    }
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = lineOf(event.target);
    const index = at ? Number(at.getAttribute('aria-rowindex')) - 3 : -1;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW) - 4);
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const onRow = event.target === at;
    const keys: Record<string, (() => void) | undefined> = {
      '/': () => props.onSearch(),
      Escape: () => props.onEscape(),
      ...(at && {
        ArrowDown: () => move(index, 1),
        ArrowUp: () => move(index, -1),
        Home: () => go(0),
        End: () => go(lines.length - 1),
        PageDown: () => go(index + page),
        PageUp: () => go(index - page),
        ArrowRight: () => step(at, event.target, 1),
        ArrowLeft: () => step(at, event.target, -1),
        ContextMenu: () => menu(index, at),
        c: () => chosen.size > 1 && props.onCompare(),
        r: () => props.onReproduce(idAt(index) ?? ''),
        ...(event.shiftKey && { F10: () => menu(index, at) })
      }),
      ...(onRow && { ' ': () => take(index, event.shiftKey), Enter: () => act(index) })
    };
    const deed = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (deed) {
      event.preventDefault();
      event.stopPropagation();
      deed();
    }
    function move(from: number, by: number) {
      if (event.shiftKey) {
        anchor.current ??= idAt(from) ?? null;
        extend(from + by);
      }
      go(from + by);
    }
  };

  const onClick = (event: React.MouseEvent) => {
    const line = lineOf(event.target);
    const button = (event.target as Element).closest<HTMLElement>('[data-smo-do]');
    if (!line) {
      return;
    }
    const index = Number(line.getAttribute('aria-rowindex')) - 3;
    switch (button?.dataset.smoDo) {
      case 'choose':
        return take(index, event.shiftKey);
      case 'open':
      case 'fold':
        return act(index);
      case 'menu':
        return menu(index, line, event);
    }
  };

  let chosenHere = 0;
  for (const row of lines) {
    chosenHere += row >= 0 && chosen.has(runs.ids[row] ?? '') ? 1 : 0;
  }
  const rows = lines.length - groups.length;
  const all = chosenHere > 0 && (chosenHere === rows || 'some');
  const onChooseAll = useSteady(() => {
    const ids = shownIds();
    props.onChoose(all === true ? unchoose(chosen, ids) : choose(chosen, ids));
  });
  const onSort = useSteady(props.onSort);
  const onFacet = useSteady(props.onFacet);
  const onWidth = useSteady(props.onWidth);
  const onBest = useSteady((key: string, heading: Element) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    props.onBest(key, heading.getBoundingClientRect().left - left);
  });

  return (
    <div
      ref={box}
      className="smo-Runs"
      role="grid"
      data-smo-grid="runs"
      aria-label={trans.__('Runs')}
      aria-rowcount={lines.length + 2}
      aria-colcount={columns.length}
      aria-multiselectable
      aria-busy={props.busy}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onContextMenu={event => {
        const line = lineOf(event.target);
        if (line) {
          event.preventDefault();
          menu(Number(line.getAttribute('aria-rowindex')) - 3, line, event);
        }
      }}
      onMouseEnter={() => props.onHold(true)}
      onMouseOver={event =>
        point((event.target as Element).closest<HTMLElement>('[data-smo-cell]'))
      }
      onMouseLeave={event => {
        point(null);
        props.onHold(event.currentTarget.contains(document.activeElement));
      }}
      onFocus={event => {
        last.current = event.target;
        const key = lineOf(event.target)?.dataset.smoLine;
        if (key !== undefined && key !== props.current) {
          props.onCurrent(key);
        }
        props.onHold(true);
      }}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          last.current = null;
          props.onHold(event.currentTarget.matches(':hover'));
        }
      }}
    >
      <Head
        {...{ runs, columns, span, edges, tracks, rows, all, trans }}
        {...{ onSort, onFacet, onWidth, onChooseAll, onBest }}
        by={props.by}
        sort={props.view.sort}
        facets={props.view.facets}
      />
      <div
        className="smo-Runs-body"
        role="rowgroup"
        style={{ height: lines.length * ROW, width }}
        aria-owns={[...seen.drawn]
          .sort((a, b) => a.index - b.index)
          .map(({ place }) => `${own}${place}`)
          .join(' ')}
      >
        {seen.drawn.map(({ key, index, place }) => {
          const line = lines[index] ?? -1;
          const group = groups[-1 - line];
          const at = { id: `${own}${place}`, line: key, index, top: index * ROW };
          const shown = { columns, span, width, tracks };
          const more = { ...at, ...shown, trans, isStop: index === stop };
          return group ? (
            <GroupRow key={place} {...more} group={group} by={props.view.group ?? ''} />
          ) : (
            <RunRow
              key={place}
              {...more}
              runs={runs}
              row={line}
              edges={edges}
              ends={ends}
              letter={chosen.get(key)}
              bestOf={line === best?.row ? best.title : ''}
              opens={props.onOpen !== undefined}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The best run by the metric that sorts, or else the first one shown. */
function bestShown(
  runs: IRuns,
  view: ITableView,
  columns: readonly IShown[]
): { row: number; title: string } | null {
  const metrics = columns.filter(({ section }) => section === 'metrics');
  const by = metrics.find(({ key }) => key === view.sort[0]?.by) ?? metrics[0];
  return by
    ? { row: bestRow(runs, by.key, betterOf(by.key, view.better)), title: by.title }
    : null;
}
