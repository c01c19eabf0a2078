/** The table's head: sections, names that sort, and below them how the values lie. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { step } from '../domain/grid-lines';
import { Icon } from '../shell/icon';
import { isDrawn, type Span } from './columns-in-sight';
import { count } from './format';
import { Histogram } from './histogram';
import { NAME, sectionTitle, type IShown } from './shown-columns';
import type { IRuns } from './table/columns';
import { histogram, type Facet, type Facets, type INarrowed } from './table/facets';
import type { ISort } from './table/sort';

/** Pixels of one press of an arrow key. */
const NUDGE = 10;

export interface IHeadProps {
  runs: IRuns;
  by: INarrowed;
  columns: readonly IShown[];
  span: Span;
  /** Left edges of the pinned columns, in pixels. */
  edges: readonly number[];
  tracks: string;
  sort: readonly ISort[];
  facets: Facets;
  rows: number;
  /** Whether all, some or none of the shown runs are chosen. */
  all: boolean | 'some';
  trans: TranslationBundle;
  onSort(by: string, downFirst: boolean, more: boolean): void;
  onFacet(key: string, facet: Facet | null): void;
  /** Null: as wide as it was at first. */
  onWidth(key: string, pixels: number | null): void;
  onChooseAll(): void;
  /** Tell the best runs of a metric, below its heading. */
  onBest(key: string, heading: Element): void;
}

export const Head = React.memo(function Head(props: IHeadProps): React.ReactElement {
  const { runs, by, columns, span, edges, trans } = props;
  const shapes = React.useMemo(
    () =>
      new Map(
        columns
          .filter((column, index) => isDrawn(column, index, span))
          .map(({ key }) => [key, histogram(runs, key, by)])
      ),
    [runs, by, columns, span]
  );
  const sections: Array<{ title: string; first: IShown; span: number }> = [];
  for (const column of columns) {
    const last = sections[sections.length - 1];
    const same = last?.first.section === column.section;
    if (last && same && last.first.pinned === column.pinned) {
      last.span += 1;
    } else {
      const title = sectionTitle(column.section, trans);
      sections.push({ title, first: column, span: 1 });
    }
  }
  let start = 1;
  return (
    <div role="rowgroup" className="smo-Runs-head">
      <div
        role="row"
        aria-rowindex={1}
        className="smo-Runs-sections"
        style={{ gridTemplateColumns: props.tracks }}
      >
        {sections.map(({ title, first, span }, index) => {
          const column = start;
          start += span;
          // The columns beside the pinned name belong to the same section: said once.
          const again = sections[index - 1]?.first.section === first.section;
          return (
            <div
              key={first.key}
              role="columnheader"
              aria-colspan={span}
              aria-colindex={column}
              className={`smo-Runs-section ${first.pinned ? 'smo-mod-pinned' : ''}`}
              style={{
                gridColumn: `${column} / span ${span}`,
                left: first.pinned ? edges[column - 1] : undefined
              }}
            >
              {again ? <span className="smo-only-heard">{title}</span> : title}
            </div>
          );
        })}
      </div>
      <div
        role="row"
        aria-rowindex={2}
        className="smo-Runs-heading"
        style={{ gridTemplateColumns: props.tracks }}
        onKeyDown={event => {
          const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
          if (by !== 0 && !event.defaultPrevented) {
            event.preventDefault();
            step(event.currentTarget, event.target, by);
          }
        }}
      >
        {columns.map(
          (column, index) =>
            isDrawn(column, index, span) && (
              <Heading
                key={column.key}
                {...props}
                column={column}
                index={index}
                shape={shapes.get(column.key) ?? null}
              />
            )
        )}
      </div>
    </div>
  );
});

function Heading(
  props: IHeadProps & {
    column: IShown;
    index: number;
    shape: ReturnType<typeof histogram>;
  }
): React.ReactElement {
  const { column, runs, trans, sort, shape } = props;
  const place = sort.findIndex(one => one.by === column.key);
  const sorts = sort[place];
  const known = runs.columns.get(column.key);
  const first = props.columns.findIndex(one => sort[0]?.by === one.key);
  const isMetric = column.key.startsWith('metrics.');
  return (
    <div
      role="columnheader"
      aria-colindex={props.index + 1}
      onContextMenu={event => {
        if (isMetric) {
          event.preventDefault();
          event.stopPropagation();
          props.onBest(column.key, event.currentTarget);
        }
      }}
      aria-sort={
        sorts && place === 0 ? (sorts.down ? 'descending' : 'ascending') : 'none'
      }
      className={`smo-Runs-column ${column.pinned ? 'smo-mod-pinned' : ''} ${column.right ? 'smo-mod-right' : ''}`}
      style={{
        gridColumn: props.index + 1,
        left: column.pinned ? props.edges[props.index] : undefined
      }}
    >
      <span className="smo-Runs-title">
        {column.key === NAME && (
          <input
            type="checkbox"
            className="smo-Check"
            data-smo-do="choose-all"
            tabIndex={-1}
            aria-label={trans.__('Choose all runs of the list')}
            checked={props.all === true}
            ref={box => {
              if (box) {
                box.indeterminate = props.all === 'some';
              }
            }}
            onChange={props.onChooseAll}
          />
        )}
        <button
          type="button"
          className="smo-Grid-sort"
          data-smo-sort={column.key}
          title={trans.__('%1. Shift sorts by it after the others.', column.key)}
          tabIndex={props.index === Math.max(0, first) ? 0 : -1}
          onClick={event => props.onSort(column.key, column.right, event.shiftKey)}
        >
          {sorts && (
            <span className={sorts.down ? 'smo-mod-down' : 'smo-mod-up'}>
              <Icon name="opened" tone="accent" />
            </span>
          )}
          {sorts && sort.length > 1 && <sup>{place + 1}</sup>}
          <span className="smo-Grid-text">{column.title}</span>
        </button>
        {isMetric && (
          <button
            type="button"
            className="smo-Button smo-mod-icon smo-Runs-best"
            data-smo-do="best"
            tabIndex={-1}
            aria-label={trans.__('Best runs by %1', column.title)}
            title={trans.__('Best runs by %1', column.title)}
            onClick={event => props.onBest(column.key, event.currentTarget)}
          >
            <Icon name="star" />
          </button>
        )}
      </span>
      <span className="smo-Runs-shape">
        {column.key === NAME ? (
          trans._n('%2 run', '%2 runs', props.rows, count(props.rows))
        ) : shape ? (
          <Histogram
            shown={shape}
            of={column.key}
            facet={props.facets[column.key]}
            onFacet={props.onFacet}
          />
        ) : known?.kind === 'words' ? (
          trans._n('%2 value', '%2 values', known.words.length, count(known.words.length))
        ) : null}
      </span>
      <Edge {...props} />
    </div>
  );
}

/** Makes a column wider: dragged, or with the arrow keys; a double click undoes it. */
function Edge(props: IHeadProps & { column: IShown }): React.ReactElement {
  const { column, onWidth } = props;
  const from = React.useRef<number | null>(null);
  return (
    <span
      role="separator"
      className="smo-Runs-edge"
      aria-orientation="vertical"
      aria-label={props.trans.__('Width of %1', column.title)}
      aria-valuenow={column.width}
      tabIndex={-1}
      onDoubleClick={() => onWidth(column.key, null)}
      onKeyDown={event => {
        const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
        if (by !== 0) {
          event.preventDefault();
          event.stopPropagation();
          onWidth(column.key, column.width + by * NUDGE);
        }
      }}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture?.(event.pointerId);
        from.current = event.clientX - column.width;
      }}
      onPointerMove={event =>
        from.current !== null && onWidth(column.key, event.clientX - from.current)
      }
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
    />
  );
}
