/** The runs side by side: a grid of values, runs as columns, or turned, as rows. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button, Name } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { figure, fullDate, moment } from '../format';
import { Letter } from '../row';
import { STATES } from '../states';
import { stateWords } from '../words';
import type { ICompareDeeds, IRunHead } from './props';
import type { ICell, ILine, ISection } from './rows';
import { useCells } from './cells-focus';
import type { SectionId } from './view-state';
import { missingWords, sectionTitle, sectionWords } from './words';

/** Characters of a value that are drawn: the rest is on hover, and in what is copied. */
const DRAWN = 300;
/** Characters from which on a value has a button that copies it. */
const LONG = 24;
/** The server cuts a value here; see `VALUE_LIMIT`. */
const CUT = 4000;

export interface IValuesProps {
  heads: readonly IRunHead[];
  sections: readonly ISection[];
  folded: readonly SectionId[];
  turned: boolean;
  trans: TranslationBundle;
  deeds: ICompareDeeds;
  onFold(id: SectionId): void;
}

export function Values(props: IValuesProps): React.ReactElement {
  const { heads, sections, turned, trans } = props;
  const grid = React.useRef<HTMLDivElement>(null);
  const { onKeyDown, onFocus } = useCells(grid, props);
  const copy = useCopy(props);
  const lines = sections.flatMap(section =>
    props.folded.includes(section.id) ? [] : section.lines
  );
  const columns = turned ? lines.length : heads.length;
  const tracks = `var(--smo-names) repeat(${columns}, minmax(var(--smo-value), 1fr))`;
  return (
    <div
      ref={grid}
      role="grid"
      className={`smo-Values ${turned ? 'smo-mod-turned' : ''}`}
      data-smo-grid="values"
      aria-label={trans.__('Values of the runs')}
      aria-colcount={columns + 1}
      style={{ '--smo-tracks': tracks, '--smo-columns': columns } as React.CSSProperties}
      onFocus={onFocus}
      onKeyDown={event => {
        const held = event.ctrlKey || event.metaKey;
        if (held && event.key === 'c' && String(getSelection() ?? '') === '') {
          const cell = (event.target as HTMLElement).closest<HTMLElement>(
            '[data-smo-run]'
          );
          const line = lines.find(one => one.key === cell?.dataset.smoLine);
          const at = heads.findIndex(head => head.id === cell?.dataset.smoRun);
          if (line && at >= 0) {
            event.preventDefault();
            copy(line, at);
          }
          return;
        }
        onKeyDown(event);
      }}
    >
      {turned ? (
        <Turned {...props} lines={lines} copy={copy} />
      ) : (
        <Upright {...props} copy={copy} />
      )}
    </div>
  );
}

type Copy = (line: ILine, at: number) => void;

function Upright(props: IValuesProps & { copy: Copy }): React.ReactElement {
  const { heads, sections, trans } = props;
  return (
    <>
      <div role="row" className="smo-Values-row smo-Values-heads">
        <div role="columnheader" className="smo-Values-name" data-smo-at tabIndex={-1}>
          <span className="smo-only-heard">{trans.__('Name')}</span>
        </div>
        {heads.map(head => (
          <div
            key={head.id}
            role="columnheader"
            className="smo-Values-head"
            data-smo-at
            tabIndex={-1}
          >
            <Head {...props} head={head} />
          </div>
        ))}
      </div>
      {sections.map(section => {
        const isFolded = props.folded.includes(section.id);
        return (
          <div
            key={section.id}
            role="rowgroup"
            data-smo-section={section.id}
            data-smo-same={section.same}
          >
            <div role="row" className="smo-Values-section">
              <div role="rowheader" aria-colspan={heads.length + 1}>
                <Fold {...props} section={section} isFolded={isFolded} />
              </div>
            </div>
            {!isFolded &&
              section.lines.map(line => (
                <Line
                  key={line.key}
                  line={line}
                  heads={heads}
                  trans={trans}
                  copy={props.copy}
                />
              ))}
          </div>
        );
      })}
    </>
  );
}

/** The same rows are not drawn again while others change. */
const Line = React.memo(
  function Line(props: {
    line: ILine;
    heads: readonly IRunHead[];
    trans: TranslationBundle;
    copy: Copy;
  }): React.ReactElement {
    const { line, heads } = props;
    return (
      <div role="row" className="smo-Values-row" data-smo-value={line.name}>
        <LineName line={line} role="rowheader" />
        {heads.map((head, at) => (
          <Cell key={head.id} {...props} at={at} head={head} />
        ))}
      </div>
    );
  },
  (one, other) =>
    one.heads === other.heads &&
    one.copy === other.copy &&
    JSON.stringify(one.line) === JSON.stringify(other.line)
);

function Turned(
  props: IValuesProps & { lines: readonly ILine[]; copy: Copy }
): React.ReactElement {
  const { heads, sections, lines, trans } = props;
  const first = new Set(sections.map(section => section.lines[0]?.key));
  return (
    <>
      <div role="row" className="smo-Values-sections">
        <div role="rowheader" aria-colspan={lines.length + 1}>
          {sections.map(section => (
            <Fold
              key={section.id}
              {...props}
              section={section}
              isFolded={props.folded.includes(section.id)}
            />
          ))}
        </div>
      </div>
      <div role="row" className="smo-Values-row smo-Values-heads">
        <div role="columnheader" className="smo-Values-name" data-smo-at tabIndex={-1}>
          <span className="smo-only-heard">{trans.__('Run')}</span>
        </div>
        {lines.map(line => (
          <LineName
            key={line.key}
            line={line}
            role="columnheader"
            begins={first.has(line.key)}
          />
        ))}
      </div>
      {heads.map((head, at) => (
        <div key={head.id} role="row" className="smo-Values-row">
          <div role="rowheader" className="smo-Values-name" data-smo-at tabIndex={-1}>
            <Head {...props} head={head} />
          </div>
          {lines.map(line => (
            <Cell key={line.key} {...props} line={line} at={at} head={head} />
          ))}
        </div>
      ))}
    </>
  );
}

function Fold(
  props: IValuesProps & { section: ISection; isFolded: boolean }
): React.ReactElement {
  const { section, isFolded, trans } = props;
  return (
    <button
      type="button"
      className="smo-Grid-fold"
      data-smo-do="fold"
      data-smo-at
      tabIndex={-1}
      aria-expanded={!isFolded}
      onClick={() => props.onFold(section.id)}
    >
      <Icon name={isFolded ? 'closed' : 'opened'} />
      <strong>{sectionTitle(section.id, trans)}</strong> {sectionWords(section, trans)}
    </button>
  );
}

function LineName(props: {
  line: ILine;
  role: 'rowheader' | 'columnheader';
  begins?: boolean;
}): React.ReactElement {
  const { line, role, begins } = props;
  return (
    <div
      role={role}
      className={`${role === 'rowheader' ? 'smo-Values-name' : 'smo-Values-head'} ${begins ? 'smo-mod-begins' : ''}`}
      data-smo-at
      tabIndex={-1}
      title={line.name}
    >
      <span className="smo-Grid-text">{line.name.slice(0, DRAWN)}</span>
    </div>
  );
}

function Head(props: IValuesProps & { head: IRunHead }): React.ReactElement {
  const { head, trans, deeds } = props;
  const [icon, tone] = STATES[head.status] ?? (['skipped', 'quiet'] as const);
  const name = <Name text={head.name} />;
  return (
    <>
      <span className="smo-Values-run">
        <Letter letter={head.letter} />
        {deeds.open && head.problem === '' ? (
          <button
            type="button"
            className="smo-Runs-name"
            data-smo-do="open"
            tabIndex={-1}
            onClick={() => deeds.open?.(head.id)}
          >
            {name}
          </button>
        ) : (
          name
        )}
        {head.status !== '' && head.status !== 'finished' && (
          <span title={stateWords(head.status, trans)}>
            <Icon name={icon} tone={tone} />
            <span className="smo-only-heard">{stateWords(head.status, trans)}</span>
          </span>
        )}
        <Button
          icon="cross"
          name="remove"
          label={trans.__('Compare without %1', head.name)}
          tabIndex={-1}
          onClick={() =>
            deeds.setRuns(props.heads.map(one => one.id).filter(id => id !== head.id))
          }
        />
      </span>
      {head.problem !== '' ? (
        <span className="smo-Values-trouble" title={head.problem}>
          <Icon name="inTheWay" tone="warn" /> {head.problem}
        </span>
      ) : (
        <span
          className="smo-secondary smo-Grid-text"
          title={head.started === null ? undefined : fullDate(head.started)}
        >
          {[head.person, head.started === null ? '' : moment(head.started)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      )}
    </>
  );
}

function Cell(props: {
  line: ILine;
  at: number;
  head: IRunHead;
  trans: TranslationBundle;
  copy: Copy;
}): React.ReactElement {
  const { line, at, head, trans } = props;
  const cell: ICell = line.cells[at] ?? {
    text: null,
    number: null,
    known: false,
    odd: false,
    best: false
  };
  const { text } = cell;
  return (
    <div
      role="gridcell"
      className={`smo-Values-cell ${cell.odd ? 'smo-mod-odd' : ''}`}
      data-smo-at
      data-smo-run={head.id}
      data-smo-line={line.key}
      data-smo-odd={cell.odd || undefined}
      data-smo-best={cell.best || undefined}
      tabIndex={-1}
      title={text?.slice(0, CUT)}
    >
      {text === null ? (
        <span className="smo-secondary">{missingWords(line, cell, trans)}</span>
      ) : (
        <Told line={line} cell={cell} text={text} at={at} trans={trans} />
      )}
      {cell.best && (
        <>
          <Icon name="star" tone="warn" />
          <span className="smo-only-heard">{trans.__('best')}</span>
        </>
      )}
      {cell.odd && <span className="smo-only-heard">{trans.__('unlike most')}</span>}
      {text !== null && text.length > LONG && (
        <Button
          icon="copy"
          name="copy-value"
          label={trans.__('Copy %1 of %2', line.name.slice(0, 60), head.letter)}
          tabIndex={-1}
          onClick={() => props.copy(line, at)}
        />
      )}
    </div>
  );
}

function Told(props: {
  line: ILine;
  cell: ICell;
  text: string;
  at: number;
  trans: TranslationBundle;
}): React.ReactElement {
  const { line, cell, text, trans } = props;
  if (cell.number !== null) {
    return <span className="smo-Values-figure">{figure(cell.number)}</span>;
  }
  if (line.changed) {
    const changed = line.changed[props.at] ?? '';
    return (
      <>
        <code className="smo-Runs-commit">{text.slice(0, 7)}</code>
        {/^[1-9]\d{0,8}$/u.test(changed) && (
          <span className="smo-Tag">
            {trans._n('+%1 file', '+%1 files', Number(changed))}
          </span>
        )}
      </>
    );
  }
  return <span className="smo-Grid-text">{text.slice(0, DRAWN)}</span>;
}

/** Copies a value as a whole, also where only its beginning is here. */
function useCopy(props: IValuesProps): Copy {
  const now = React.useRef(props);
  now.current = props;
  return React.useCallback((line, at) => {
    const { heads, deeds } = now.current;
    const text = line.cells[at]?.text ?? '';
    const run = heads[at]?.id ?? '';
    const { part } = line;
    if (text.length > CUT && (part === 'params' || part === 'tags')) {
      deeds.whole(run, part, line.name).then(
        value => deeds.copy(value.text),
        () => deeds.copy(text)
      );
    } else {
      deeds.copy(text);
    }
  }, []);
}
