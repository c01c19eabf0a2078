/** A stranger's notebook to look at: text, code and pictures, the linked cell marked. */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Notebook, NotebookCell } from '../../api/types';
import { CellOutput, cellWords } from '../../experiments/run/notebook';
import { Icon } from '../../shell/icon';
import { rendered } from './markdown';

export function SharedNotebook(props: {
  notebook: Notebook;
  /** Id of the cell that the link points to; may be empty. */
  linked: string;
  /** Ids of cells to mark, since the reader's own differ. */
  differing: ReadonlySet<string>;
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
}): React.ReactElement {
  const { notebook, linked, differing, markdown, trans } = props;
  const marked = React.useRef<HTMLElement>(null);
  React.useEffect(() => {
    // Within its own list alone: where all is one page, who sends it is to be read first.
    const cell = marked.current;
    const list = cell?.closest<HTMLElement>('.smo-Shared-scroll');
    if (cell && list) {
      const [at, all] = [cell.getBoundingClientRect(), list.getBoundingClientRect()];
      const room = Math.max(0, (all.height - at.height) / 2);
      list.scrollTop += at.top - all.top - room;
    }
  }, [linked]);
  return (
    <div className="smo-Book smo-Shared-book">
      {notebook.cells.map((cell, index) => {
        const isLinked = linked !== '' && cell.id === linked;
        return (
          <Cell
            key={index}
            ref={isLinked ? marked : null}
            cell={cell}
            isLinked={isLinked}
            differs={differing.has(cell.id)}
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
  isLinked: boolean;
  differs: boolean;
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
}

const Cell = React.forwardRef<HTMLElement, ICellProps>(function Cell(props, ref) {
  const { cell, isLinked, differs, trans } = props;
  const isCode = cell.kind === 'code';
  return (
    <section
      ref={ref}
      className={`smo-Book-cell smo-mod-${cell.kind}`}
      data-smo-cell={cell.id}
      data-smo-marked={isLinked || undefined}
      data-smo-differs={differs || undefined}
      aria-label={cellWords(cell, trans)}
    >
      {(isLinked || differs) && (
        <p className="smo-Shared-mark">
          {isLinked && (
            <span className="smo-Shared-linked">
              <Icon name="link" tone="accent" /> {trans.__('the link points here')}
            </span>
          )}
          {differs && (
            <span>
              <Icon name="diverged" /> {trans.__('differs from yours')}
            </span>
          )}
        </p>
      )}
      <span className="smo-Book-count" aria-hidden="true">
        {isCode ? `[${cell.count ?? ' '}]:` : ''}
      </span>
      {cell.kind === 'markdown' ? (
        <Markdown {...props} />
      ) : (
        (cell.source !== '' || isCode) && <Source cell={cell} trans={trans} />
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

function Source(props: {
  cell: NotebookCell;
  trans: TranslationBundle;
}): React.ReactElement {
  return (
    <pre className="smo-Book-source" tabIndex={0} aria-label={props.trans.__('Source')}>
      {props.cell.source}
    </pre>
  );
}

/** As it is written until it is there as it reads. */
function Markdown({ cell, markdown, trans }: ICellProps): React.ReactElement {
  const { source } = cell;
  const [shown, setShown] = React.useState<React.ReactNode>(null);
  React.useEffect(() => {
    let isWanted = true;
    void rendered(source, markdown).then(found => {
      if (isWanted) {
        setShown(found);
      }
    });
    return () => {
      isWanted = false;
    };
  }, [source, markdown]);
  return shown === null ? (
    <Source cell={cell} trans={trans} />
  ) : (
    <div className="smo-Shared-text" dir="auto">
      {shown}
    </div>
  );
}
