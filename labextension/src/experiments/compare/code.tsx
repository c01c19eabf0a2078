/** The code of two of the runs as a difference: files by lines, notebooks by cells. */

import * as React from 'react';

import type { CodeDiff } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { CodeFileView } from './code-file';
import type { ICompareProps, IRunHead } from './props';
import { Trouble } from './trouble';
import { filesWords } from './words';

/** Lines of files that are open at first. */
const OPEN_LINES = 400;

export function Code(
  props: ICompareProps & { heads: readonly IRunHead[] }
): React.ReactElement | null {
  const { heads, code, trans, deeds } = props;
  const pair = pairOf(props);
  const [before, after] = pair ?? ['', ''];
  const { compareCode } = deeds;
  React.useEffect(() => {
    if (before !== '' && after !== '') {
      compareCode([before, after]);
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the deed is always the same
  }, [before, after]);
  if (!pair) {
    return null;
  }
  const isNow = code?.pair[0] === before && code.pair[1] === after;
  const diff = isNow ? code.diff : null;
  const problem = (isNow ? code.problem : null) ?? diff?.problem ?? null;
  const set = (next: readonly [string, string]) => deeds.set({ pair: next });
  const choice = (which: 0 | 1, label: string) => (
    <select
      className="smo-Chip smo-mod-on"
      data-smo-do={which === 0 ? 'code-before' : 'code-after'}
      aria-label={label}
      value={pair[which]}
      onChange={event => {
        const id = event.target.value;
        const other = pair[which === 0 ? 1 : 0];
        // The same on both sides says nothing: then they change places.
        const rest = id === other ? pair[which] : other;
        set(which === 0 ? [id, rest] : [rest, id]);
      }}
    >
      {heads.map(head => (
        <option key={head.id} value={head.id}>
          {`${head.letter}  ${head.name.slice(0, 80)}`}
        </option>
      ))}
    </select>
  );
  return (
    <section className="smo-Code" aria-label={trans.__('Code')} data-smo-code>
      <header className="smo-Compare-head">
        <h3>{trans.__('Code')}</h3>
        {choice(0, trans.__('Before'))}
        <span aria-hidden="true">→</span>
        {choice(1, trans.__('After'))}
        <Button
          icon="again"
          name="swap"
          label={trans.__('Swap before and after')}
          onClick={() => set([after, before])}
        />
        <span className="smo-secondary" role="status" data-smo-code-state={stateOf(diff)}>
          {diff?.state === 'done' ? filesWords(diff.files, diff.more, trans) : ''}
        </span>
      </header>
      <div
        className="smo-Code-body"
        tabIndex={0}
        role="region"
        aria-label={trans.__('Lines that differ')}
      >
        {problem ? (
          <Trouble
            trouble={problem}
            trans={trans}
            onAgain={() => deeds.compareCodeAgain(pair)}
          />
        ) : diff?.state === 'done' ? (
          <Differences
            key={`${diff.id} ${before}`}
            diff={diff}
            trans={trans}
            onAgain={() => deeds.compareCodeAgain(pair)}
          />
        ) : (
          <p className="smo-Code-note smo-secondary" role="status">
            <Icon name="working" tone="accent" />{' '}
            {trans.__('The code of both is brought here and compared.')}
          </p>
        )}
      </div>
    </section>
  );
}

function Differences(props: {
  diff: CodeDiff;
  trans: ICompareProps['trans'];
  onAgain(): void;
}): React.ReactElement {
  const { diff, trans } = props;
  const [open, setOpen] = React.useState(() => firstOpen(diff));
  return (
    <>
      {diff.notes.map((note, at) => (
        <p key={at} className="smo-Code-note" data-smo-code-note>
          <Icon name="inTheWay" tone="warn" /> {note}{' '}
          {!diff.whole && at === diff.notes.length - 1 && (
            <Button name="code-again" label={trans.__('Retry')} onClick={props.onAgain} />
          )}
        </p>
      ))}
      {diff.files.length === 0 && (
        <p className="smo-Code-note smo-secondary" data-smo-code-same={diff.whole}>
          {diff.whole
            ? trans.__('The code is the same.')
            : trans.__('Nothing else of it can be compared.')}
        </p>
      )}
      {diff.files.map((file, at) => (
        <CodeFileView
          key={at}
          file={file}
          isOpen={open.has(at)}
          trans={trans}
          onOpen={() =>
            setOpen(old => {
              const next = new Set(old);
              if (!next.delete(at)) {
                next.add(at);
              }
              return next;
            })
          }
        />
      ))}
      {diff.more > 0 && (
        <p className="smo-Code-note smo-secondary">
          {trans._n('%1 file more', '%1 files more', diff.more)}
        </p>
      )}
    </>
  );
}

/** The pair that was chosen while both are here, else the last run and the first. */
export function pairOf(props: ICompareProps): readonly [string, string] | null {
  const { ids, view } = props;
  if (view.pair && view.pair.every(id => ids.includes(id))) {
    return view.pair;
  }
  const [first, last] = [ids[0], ids.at(-1)];
  return first !== undefined && last !== undefined && first !== last
    ? [last, first]
    : null;
}

/** As many files as fit a few pages; the first in any case. */
function firstOpen(diff: CodeDiff): ReadonlySet<number> {
  const open = new Set<number>();
  let lines = 0;
  for (const [at, file] of diff.files.entries()) {
    const hunks = [...file.hunks, ...file.cells.flatMap(cell => cell.hunks)];
    lines += hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) + 1;
    if (at > 0 && lines > OPEN_LINES) {
      break;
    }
    open.add(at);
  }
  return open;
}

function stateOf(diff: CodeDiff | null): string {
  return diff?.state ?? 'working';
}
