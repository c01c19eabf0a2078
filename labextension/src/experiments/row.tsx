/** One run, or the head of a group. All that a run says is drawn as text. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import { isDrawn, type Span } from './columns-in-sight';
import { count, fullDate } from './format';
import { NAME, STATUS, titleOf, type IShown } from './shown-columns';
import { STATES } from './states';
import { numberAt, textAt, type INumbers, type IRuns } from './table/columns';
import type { IGroup } from './table/groups';
import { COLOURS, placeOf } from './table/selection';
import { numberWords, stateWords } from './words';

/** The smallest and the largest finite value of a column. */
export type Ends = readonly [number, number];

interface ILineProps {
  id: string;
  /** The line's key: an id, or a group's name. */
  line: string;
  /** Its place in the table, from 0. */
  index: number;
  top: number;
  tracks: string;
  width: number;
  isStop: boolean;
  columns: readonly IShown[];
  span: Span;
  trans: TranslationBundle;
}

export interface IRunRowProps extends ILineProps {
  runs: IRuns;
  row: number;
  edges: readonly number[];
  ends: ReadonlyMap<string, Ends>;
  letter: string | undefined;
  /** What it is the best of; '' of nothing. */
  bestOf: string;
  /** The run has a page of its own. */
  opens: boolean;
}

/** Rows of the head. */
const HEAD = 2;

export const RunRow = React.memo(function RunRow(
  props: IRunRowProps
): React.ReactElement {
  const { runs, row, columns, span, edges, letter } = props;
  return (
    <div
      role="row"
      id={props.id}
      className="smo-Runs-row"
      data-smo-line={props.line}
      data-smo-row={props.line}
      data-smo-state={textAt(runs.columns.get(STATUS), row) ?? undefined}
      data-smo-chosen={letter}
      aria-rowindex={props.index + 1 + HEAD}
      aria-selected={letter !== undefined}
      tabIndex={props.isStop ? 0 : -1}
      style={{
        top: props.top,
        gridTemplateColumns: props.tracks,
        width: props.width
      }}
    >
      {columns.map((column, index) => {
        if (!isDrawn(column, index, span)) {
          return null;
        }
        const { inner, look, bar } =
          column.key === NAME ? nameIn(props) : valueIn(props, column);
        return (
          <div
            key={column.key}
            role="gridcell"
            aria-colindex={index + 1}
            data-smo-cell={column.key}
            className={`smo-Runs-cell ${look} ${column.pinned ? 'smo-mod-pinned' : ''} ${column.right ? 'smo-mod-right' : ''}`}
            style={{
              gridColumn: index + 1,
              left: column.pinned ? edges[index] : undefined,
              backgroundSize: bar
            }}
          >
            {inner}
          </div>
        );
      })}
    </div>
  );
});

/** What a cell holds. One element a cell: each further one is felt with every order. */
interface ICell {
  inner: React.ReactNode;
  look: string;
  /** Size of the bar behind a figure. */
  bar?: string;
}

const NONE: ICell = { inner: '–', look: 'smo-secondary' };

function nameIn(props: IRunRowProps): ICell {
  return { inner: <NameCell {...props} />, look: 'smo-mod-parts' };
}

function NameCell(props: IRunRowProps): React.ReactElement {
  const { runs, row, letter, trans } = props;
  const name = textAt(runs.columns.get(NAME), row) || (runs.ids[row] ?? '');
  const status = textAt(runs.columns.get(STATUS), row) ?? '';
  const [icon, tone] = STATES[status] ?? (['skipped', 'quiet'] as const);
  const state = stateWords(status, trans);
  return (
    <>
      <input
        type="checkbox"
        className="smo-Check"
        data-smo-do="choose"
        tabIndex={-1}
        aria-label={trans.__('Choose %1', name)}
        checked={letter !== undefined}
        readOnly
      />
      <span className="smo-Runs-state" title={state}>
        <Icon name={icon} tone={tone} />
        <span className="smo-only-heard">{state}</span>
      </span>
      {letter !== undefined && <Letter letter={letter} />}
      {props.opens ? (
        <button type="button" className="smo-Runs-name" data-smo-do="open" tabIndex={-1}>
          <Name text={name} />
        </button>
      ) : (
        <Name text={name} />
      )}
      {props.bestOf !== '' && (
        <span
          className="smo-Runs-star"
          role="img"
          aria-label={trans.__('best %1', props.bestOf)}
          title={trans.__('best %1', props.bestOf)}
        >
          <Icon name="star" tone="warn" />
        </span>
      )}
      <button
        type="button"
        className="smo-Button smo-mod-icon smo-Runs-more"
        data-smo-do="menu"
        tabIndex={-1}
        aria-label={trans.__('More for %1', name)}
      >
        <Icon name="more" />
      </button>
    </>
  );
}

/** The same letter and colour for a run wherever it is shown. */
export function Letter(props: { letter: string }): React.ReactElement {
  const colour = placeOf(props.letter) % COLOURS;
  return <span className={`smo-Letter smo-person-${colour}`}>{props.letter}</span>;
}

function valueIn(props: IRunRowProps, { key }: IShown): ICell {
  const { runs, row, trans } = props;
  const column = runs.columns.get(key);
  if (column?.kind === 'numbers') {
    const value = numberAt(column, row);
    if (value === null) {
      return NONE;
    }
    const bar = key.startsWith('metrics.')
      ? barOf(value, props.ends.get(key))
      : undefined;
    return {
      inner: numberWords(key)(value),
      look: bar === undefined ? 'smo-Runs-value' : 'smo-Runs-value smo-mod-bar',
      bar
    };
  }
  const text = textAt(column, row);
  if (text === null) {
    return NONE;
  }
  if (key === 'attributes.commit') {
    return { inner: <CommitCell {...props} text={text} />, look: 'smo-mod-parts' };
  }
  const shown = key === STATUS ? stateWords(text, trans) : text;
  return { inner: shown.slice(0, 200), look: '' };
}

/** All that a cell's value says, for whoever points at it; '' where the cell says it itself. */
export function wholeText(
  runs: IRuns,
  row: number,
  key: string,
  trans: TranslationBundle
): string {
  const column = runs.columns.get(key);
  if (key === NAME || key === 'attributes.commit') {
    return ''; // their parts have words of their own
  }
  if (column?.kind === 'numbers') {
    const value = numberAt(column, row);
    const isTime = key === 'attributes.started' || key === 'attributes.ended';
    return value === null
      ? ''
      : isTime
        ? fullDate(value)
        : key === 'attributes.time'
          ? numberWords(key)(value)
          : String(value);
  }
  const text = textAt(column, row) ?? '';
  return key === STATUS ? stateWords(text, trans) : text;
}

function CommitCell(props: IRunRowProps & { text: string }): React.ReactElement {
  const { runs, row, trans, text } = props;
  const changed = textAt(runs.columns.get('attributes.changed'), row) ?? '0';
  return (
    <>
      <code className="smo-Runs-commit" title={text}>
        {text.slice(0, 7)}
      </code>
      {/^[1-9]\d*$/u.test(changed) && (
        <span
          className="smo-Tag"
          title={trans._n(
            '%1 file differed from the commit',
            '%1 files differed from the commit',
            Number(changed)
          )}
        >
          +{changed}
        </span>
      )}
    </>
  );
}

/** As long as the value is large, also where less is better. */
function barOf(value: number, [from, to]: Ends = [0, 0]): string | undefined {
  if (!Number.isFinite(value) || !(to > from)) {
    return undefined;
  }
  const part = (value / 2 - from / 2) / (to / 2 - from / 2);
  return `max(1px, ${(part * 100).toFixed(1)}%) 17px`;
}

/** Ends of all metrics' columns. */
export function endsOf(runs: IRuns, columns: readonly IShown[]): Map<string, Ends> {
  const found = columns.flatMap(({ key, section }) => {
    const column = runs.columns.get(key);
    return section === 'metrics' && column?.kind === 'numbers'
      ? [[key, endsIn(column)] as const]
      : [];
  });
  return new Map(found);
}

function endsIn({ values }: INumbers): Ends {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) {
      from = Math.min(from, value);
      to = Math.max(to, value);
    }
  }
  return [from, to];
}

export const GroupRow = React.memo(function GroupRow(
  props: ILineProps & { group: IGroup; by: string }
): React.ReactElement {
  const { group, trans, by } = props;
  const value = group.value ?? trans.__('none');
  const shown = by === STATUS ? stateWords(value, trans) : value;
  return (
    <div
      role="row"
      id={props.id}
      className="smo-Runs-row smo-Runs-group"
      data-smo-line={props.line}
      data-smo-group={props.line}
      aria-rowindex={props.index + 1 + HEAD}
      aria-expanded={group.open}
      tabIndex={props.isStop ? 0 : -1}
      style={{ top: props.top, width: props.width }}
    >
      <div role="gridcell" aria-colspan={props.columns.length}>
        <button type="button" className="smo-Grid-fold" data-smo-do="fold" tabIndex={-1}>
          <Icon name={group.open ? 'opened' : 'closed'} />
          {titleOf(by, trans)} <strong>{shown.slice(0, 200)}</strong> {count(group.count)}
        </button>
      </div>
    </div>
  );
});
