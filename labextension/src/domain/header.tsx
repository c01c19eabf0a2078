/** The head of the side panel: who and where one is, what it costs, how full the disk is. */

import * as React from 'react';

import type { DomainState } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { Detail } from './header-detail';
import { cells, placeWords, type CellId, type ICell } from './panelwords';
import type { IPanelProps } from './room-props';

/** How long the disk may be silent, in milliseconds, before the cell says so. */
const SILENCE = 3_000;

export function Header(props: IPanelProps): React.ReactElement {
  const { state } = props;
  return (
    <div
      className="smo-Header"
      data-smo-header={state?.here.kind ?? 'loading'}
      data-smo-shared={state?.here.shared ?? undefined}
      data-smo-narrow={props.narrow || undefined}
      aria-busy={state === null && props.error === null}
    >
      {state === null ? <Unknown {...props} /> : <Known {...props} state={state} />}
    </div>
  );
}

/** Before the first answer, as high as what comes. */
function Unknown(props: IPanelProps): React.ReactElement {
  const { error, trans } = props;
  if (error) {
    return (
      <div className="smo-Header-place" data-smo-room-state="offline">
        <span className="smo-Header-picture smo-mod-quiet">
          <Icon name="failed" />
        </span>
        <div className="smo-Header-words">
          <div className="smo-Header-who">{trans.__('Where you are is not known')}</div>
          <div className="smo-Header-says" title={error.message}>
            {error.code === 'client.no_answer'
              ? trans.__('No answer from the server.')
              : error.message}
          </div>
        </div>
        <Button
          name="again"
          label={trans.__('Retry')}
          onClick={() => props.deeds.again()}
        />
      </div>
    );
  }
  return (
    <>
      <div className="smo-Header-place" aria-hidden="true">
        <span className="smo-Header-picture smo-mod-empty" />
        <div className="smo-Header-words">
          <div className="smo-Header-who">
            <span className="smo-Skeleton-line" style={{ width: '58%' }} />
          </div>
          <div className="smo-Header-says">
            <span className="smo-Skeleton-line smo-mod-small" style={{ width: '74%' }} />
          </div>
        </div>
      </div>
      <div className="smo-Cells" aria-hidden="true">
        {(['price', 'idle', 'storage'] as const).map(id => (
          <div
            key={id}
            className="smo-Cell"
            data-smo-cell={id}
            data-smo-cell-state="loading"
          >
            <Lines />
          </div>
        ))}
      </div>
    </>
  );
}

function Known(props: IPanelProps & { state: DomainState }): React.ReactElement {
  const { state, trans, deeds, narrow } = props;
  const { here } = state;
  const words = placeWords(state, trans);
  const [open, setOpen] = React.useState<CellId | null>(null);
  const buttons = React.useRef<HTMLDivElement>(null);
  const id = React.useId();
  const inStudio = here.kind !== 'elsewhere';
  const late = useLate(inStudio && here.storage === null);
  const shown = inStudio ? cells(state, trans).map(cell => settle(cell, late)) : [];
  const opened = shown.find(cell => cell.id === open && cell.state !== 'loading');
  const close = () => {
    buttons.current?.querySelector<HTMLElement>(`[data-smo-cell="${open}"]`)?.focus();
    setOpen(null);
  };
  const whole = [words.who, words.domain && trans.__('in %1', words.domain)]
    .filter(Boolean)
    .join(' ');
  return (
    <>
      <div className="smo-Header-place">
        <Picture state={state} name={words.who} />
        <div className="smo-Header-words">
          <div className="smo-Header-who" title={whole}>
            <strong>{words.who}</strong>
            {words.domain && (
              <span className="smo-Header-domain">
                {' '}
                {narrow ? words.domain : trans.__('in %1', words.domain)}
              </span>
            )}
          </div>
          <div className="smo-Header-says" title={words.says}>
            {words.says}
          </div>
        </div>
        {inStudio && <Open {...props} />}
      </div>
      {inStudio && (
        <div
          ref={buttons}
          className="smo-Cells"
          onKeyDown={event => {
            if (event.key === 'Escape' && opened) {
              event.stopPropagation();
              close();
            }
          }}
        >
          {shown.map(cell => (
            <Cell
              key={cell.id}
              cell={cell}
              narrow={narrow}
              open={opened?.id === cell.id}
              controls={`${id}-detail`}
              onOpen={() => setOpen(opened?.id === cell.id ? null : cell.id)}
            />
          ))}
        </div>
      )}
      {opened && (
        <Detail
          key={opened.id}
          id={`${id}-detail`}
          cell={opened}
          here={here}
          trans={trans}
          deeds={deeds}
          onClose={close}
        />
      )}
    </>
  );
}

/** A disk that hangs does not answer at all: that has to be said, too. */
function settle(cell: ICell, late: boolean): ICell {
  return cell.id === 'storage' && cell.state === 'loading' && late
    ? { ...cell, state: 'trouble' }
    : cell;
}

function Picture(props: { state: DomainState; name: string }): React.ReactElement {
  const { here } = props.state;
  if (here.shared === true) {
    return (
      <span className="smo-Header-picture">
        <Icon name="team" />
      </span>
    );
  }
  const letter = here.person === null ? '' : props.name.slice(0, 1); // ASCII, as AWS has it
  return (
    <span
      className={`smo-Header-picture ${letter ? '' : 'smo-mod-quiet'}`}
      aria-hidden="true"
    >
      {letter ? letter.toUpperCase() : <Icon name="compass" />}
    </span>
  );
}

function Open(props: IPanelProps): React.ReactElement {
  const { trans, deeds, narrow } = props;
  const label = trans.__('Open');
  return (
    <button
      type="button"
      className={`smo-Button smo-Header-open smo-mod-${narrow ? 'icon' : 'plain'}`}
      data-smo-do="launch"
      aria-haspopup="menu"
      aria-label={trans.__('Open one of Studio’s apps')}
      title={trans.__('Open one of Studio’s apps')}
      onClick={event => {
        const box = event.currentTarget.getBoundingClientRect();
        deeds.launch(box.left, box.bottom);
      }}
    >
      <Icon name="launch" />
      {!narrow && (
        <>
          {label}
          <Icon name="opened" />
        </>
      )}
    </button>
  );
}

function Cell(props: {
  cell: ICell;
  narrow: boolean;
  open: boolean;
  controls: string;
  onOpen(): void;
}): React.ReactElement {
  const { cell, narrow, open } = props;
  const { state, head, says, percent } = cell;
  if (state === 'loading') {
    return (
      <div
        className="smo-Cell"
        role="status"
        aria-busy="true"
        aria-label={head}
        data-smo-cell={cell.id}
        data-smo-cell-state="loading"
      >
        <Lines />
      </div>
    );
  }
  const denied = cell.problem?.code === 'aws.forbidden';
  return (
    <button
      type="button"
      className="smo-Cell"
      data-smo-cell={cell.id}
      data-smo-cell-state={state}
      data-smo-code={cell.problem?.code}
      aria-expanded={open}
      aria-controls={open ? props.controls : undefined}
      title={[head, says].filter(Boolean).join(' · ')}
      onClick={() => props.onOpen()}
    >
      {narrow ? (
        <span className="smo-Cell-head">
          {(state === 'trouble' || cell.warn) && <Mark denied={denied} />}
          {cell.short}
        </span>
      ) : (
        <>
          <span className="smo-Cell-head">
            {(state === 'trouble' || cell.warn) && <Mark denied={denied} />}
            {head}
          </span>
          <span className="smo-Cell-says">{says}</span>
        </>
      )}
      {percent !== null && !narrow && (
        <span className="smo-Bar" aria-hidden="true">
          <span
            className={`smo-Bar-done ${cell.warn ? 'smo-mod-warn' : ''}`}
            style={{ width: `${percent}%` }}
          />
        </span>
      )}
    </button>
  );
}

function Mark(props: { denied: boolean }): React.ReactElement {
  return (
    <Icon
      name={props.denied ? 'denied' : 'inTheWay'}
      tone={props.denied ? 'quiet' : 'warn'}
    />
  );
}

function Lines(): React.ReactElement {
  return (
    <>
      <span className="smo-Cell-head">
        <span className="smo-Skeleton-line" style={{ width: '72%' }} />
      </span>
      <span className="smo-Cell-says">
        <span className="smo-Skeleton-line smo-mod-small" style={{ width: '88%' }} />
      </span>
    </>
  );
}

/** True once something has gone on for as long as silence is borne. */
function useLate(waits: boolean): boolean {
  const [late, setLate] = React.useState(false);
  React.useEffect(() => {
    setLate(false);
    if (waits) {
      const timer = setTimeout(() => setLate(true), SILENCE);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [waits]);
  return late;
}
