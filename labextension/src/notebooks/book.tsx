/**
 * A notebook to look at, of a run or of a shared link: text, code and pictures, whoever wrote
 * them, and no part of it runs or loads anything.
 */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Notebook, NotebookCell } from '../api/types';
import { Icon } from '../shell/icon';
import type { IconName } from '../shell/shapes';
// Loaded with what shows cells, not at the start.
import '../../style/notebook-cells.css';
import { coloured } from './code';
import { rendered } from './markdown';
import { CellOutput } from './output';

/** Why a cell is marked, in a line above it. */
export interface IMark {
  readonly icon: IconName;
  readonly words: string;
}

export interface IBookProps {
  notebook: Notebook;
  /** The cell that matters: marked, and in sight at first. */
  marked?: { readonly id: string; readonly mark: IMark };
  /** Ids of cells that differ from the reader's own. */
  differing?: ReadonlySet<string>;
  /** JupyterLab's; null: text and code are shown as they are written. */
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
}

const NONE: ReadonlySet<string> = new Set();

export function Book(props: IBookProps): React.ReactElement {
  const { notebook, marked, differing = NONE, markdown, trans } = props;
  const id = marked?.id ?? '';
  const cell = React.useRef<HTMLElement>(null);
  React.useEffect(() => {
    // Within its own list alone: where all is one page, what stands above is to be read first.
    const node = cell.current;
    const list = node?.closest<HTMLElement>('.smo-Book-scroll');
    if (node && list) {
      const [at, all] = [node.getBoundingClientRect(), list.getBoundingClientRect()];
      const room = Math.max(0, (all.height - at.height) / 2);
      list.scrollTop += at.top - all.top - room;
    }
  }, [id]);
  return (
    <div className="smo-Book">
      {notebook.cells.map((one, index) => {
        const isMarked = id !== '' && one.id === id;
        const marks: IMark[] = [];
        if (marked && isMarked) {
          marks.push(marked.mark);
        }
        if (differing.has(one.id)) {
          marks.push({ icon: 'diverged', words: trans.__('differs from yours') });
        }
        return (
          <Cell
            key={index}
            ref={isMarked ? cell : null}
            cell={one}
            language={notebook.language}
            marks={marks}
            isMarked={isMarked}
            differs={differing.has(one.id)}
            markdown={markdown}
            trans={trans}
          />
        );
      })}
      {notebook.cells.length === 0 && (
        <p className="smo-secondary">{trans.__('The notebook has no cells.')}</p>
      )}
      {notebook.more && (
        <p className="smo-secondary">{trans.__('It goes on; this is the beginning.')}</p>
      )}
    </div>
  );
}

interface ICellProps {
  cell: NotebookCell;
  language: string;
  marks: readonly IMark[];
  isMarked: boolean;
  differs: boolean;
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
}

const Cell = React.forwardRef<HTMLElement, ICellProps>(function Cell(props, ref) {
  const { cell, marks, isMarked, differs, trans } = props;
  const isCode = cell.kind === 'code';
  return (
    <section
      ref={ref}
      className={`smo-Book-cell smo-mod-${cell.kind}`}
      data-smo-cell={cell.id}
      data-smo-marked={isMarked || undefined}
      data-smo-differs={differs || undefined}
      aria-label={cellWords(cell, trans)}
    >
      {marks.length > 0 && (
        <p className="smo-Book-marks">
          {marks.map(({ icon, words }) => (
            <span key={words}>
              <Icon name={icon} /> {words}
            </span>
          ))}
        </p>
      )}
      <span className="smo-Book-count" aria-hidden="true">
        {isCode ? `[${cell.count ?? ' '}]:` : ''}
      </span>
      {cell.kind === 'markdown' ? (
        <Prose {...props} />
      ) : (
        (cell.source !== '' || isCode) && <Source {...props} />
      )}
      {cell.outputs.length > 0 && (
        <div className="smo-Book-outputs">
          {cell.outputs.map((output, index) => (
            <CellOutput key={index} output={output} trans={trans} />
          ))}
        </div>
      )}
      {cell.more && (
        <p className="smo-Book-more smo-secondary">
          {trans.__('The cell is longer than what is shown.')}
        </p>
      )}
    </section>
  );
});

function Source({ cell, language, markdown, trans }: ICellProps): React.ReactElement {
  const { kind, source } = cell;
  const shown = useMade(source, markdown, () =>
    kind === 'code' ? coloured(source, language, markdown) : null
  );
  return (
    <pre
      className="smo-Book-source cm-s-jupyter"
      tabIndex={0}
      aria-label={trans.__('Source')}
    >
      {shown ?? source}
    </pre>
  );
}

/** As it is written until it is there as it reads. */
function Prose(props: ICellProps): React.ReactElement {
  const { markdown } = props;
  const { source } = props.cell;
  const shown = useMade(source, markdown, () => rendered(source, markdown));
  return shown === null ? (
    <Source {...props} />
  ) : (
    <div className="smo-Book-prose" dir="auto">
      {shown}
    </div>
  );
}

/** What is made of a text later on; null until then, and where nothing is made of it. */
function useMade(
  source: string,
  markdown: IMarkdownParser | null,
  make: () => Promise<React.ReactNode | null> | null
): React.ReactNode | null {
  const [made, setMade] = React.useState<{ of: string; node: React.ReactNode }>();
  React.useEffect(() => {
    let isWanted = true;
    void make()?.then(node => {
      if (isWanted) {
        setMade({ of: source, node });
      }
    });
    return () => {
      isWanted = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- of what it is made
  }, [source, markdown]);
  // Never that of the text which stood here before.
  return made?.of === source ? made.node : null;
}

function cellWords(cell: NotebookCell, trans: TranslationBundle): string {
  return cell.kind !== 'code'
    ? trans.__('Text')
    : cell.count === null
      ? trans.__('Cell that did not run')
      : trans.__('Cell %1', cell.count);
}
