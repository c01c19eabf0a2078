/** One repository: icon, name, branch, a sentence, a bar and the main action. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Repository } from '../api/types';
import { Bar, Button, Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import { DEED_ICONS, deedWords } from './deeds';
import { Details } from './details';
import { EnvironmentLine } from './environment';
import type { Do, IAsked } from './model';
import type { IReposDeeds } from './props';
import {
  host,
  isAtWork,
  isThere,
  isTrouble,
  LOOKS,
  offersUndo,
  sentence,
  stateWord
} from './words';

export interface IRowProps {
  row: Repository;
  /** From 1, for readers of the screen. */
  index: number;
  /** The list's one tab stop is here. */
  current: boolean;
  open: boolean;
  /** Where it comes from is shown, too. */
  full: boolean;
  busy: boolean;
  refusal: RequestError | undefined;
  asked: IAsked | null;
  narrow: boolean;
  careful: boolean;
  hasGit: boolean;
  trans: TranslationBundle;
  deeds: IReposDeeds;
  onToggle(id: string): void;
}

/** How long a remote may be silent, in milliseconds, before the row says so. */
const SILENCE = 3_000;

export const Row = React.memo(function Row(props: IRowProps): React.ReactElement {
  const { row, trans, deeds } = props;
  const look = LOOKS[row.state];
  const late = useLate(row.progress?.phase === 'asking' ? row.id : null);
  const said = late
    ? trans.__('No answer from %1 yet', host(row.url))
    : sentence(row, trans);
  const showBar = isAtWork(row) && row.progress?.phase !== 'asking';
  const short = props.narrow && !props.open && !isAtWork(row) && row.files.length > 0;
  return (
    <div
      role="row"
      className="smo-Row"
      data-smo-row={row.id}
      data-smo-state={row.state}
      data-smo-code={row.code || undefined}
      data-smo-open={props.open || undefined}
      aria-rowindex={props.index}
      aria-expanded={props.open}
      aria-busy={props.busy || isAtWork(row)}
      aria-label={[row.name, row.branch, stateWord(row, trans)]
        .filter(Boolean)
        .join(', ')}
      tabIndex={props.current ? 0 : -1}
      onFocus={() => deeds.select(row.id)}
      onContextMenu={event => {
        event.preventDefault();
        deeds.menu(row.id, event.clientX, event.clientY);
      }}
    >
      <div
        role="gridcell"
        className="smo-Row-main"
        onClick={() => props.onToggle(row.id)}
      >
        <Icon name={look.icon} tone={look.tone} />
        <div className="smo-Row-title">
          <Name text={row.name} />
          {row.branch && !props.narrow && (
            <span className="smo-Row-branch" title={row.branch}>
              <Icon name="branch" />
              {row.branch}
            </span>
          )}
        </div>
        <div className="smo-Row-says" title={props.open ? undefined : said}>
          <span className="smo-Row-sentence">{short ? stateWord(row, trans) : said}</span>
          {row.hint && props.open && <span className="smo-secondary"> {row.hint}</span>}
          <Undo {...props} />
        </div>
      </div>
      <div role="gridcell" className="smo-Row-actions">
        <MainAction {...props} />
        <Button
          name="menu"
          icon="more"
          label={trans.__('More for %1', row.name)}
          tabIndex={props.current ? 0 : -1}
          onClick={event => {
            const box = event.currentTarget.getBoundingClientRect();
            deeds.menu(row.id, box.left, box.bottom);
          }}
        />
      </div>
      {showBar && (
        <div role="gridcell" className="smo-Row-bar">
          <Bar percent={row.progress?.percent ?? null} label={`${row.name}: ${said}`} />
        </div>
      )}
      {row.environment && <EnvironmentLine {...props} environment={row.environment} />}
      {props.refusal && (
        <div role="gridcell" className="smo-Row-refusal">
          {props.refusal.message}{' '}
          <span className="smo-secondary">{props.refusal.hint}</span>
        </div>
      )}
      {props.open && <Details {...props} />}
    </div>
  );
});

function Undo(props: IRowProps): React.ReactElement | null {
  const { row, trans } = props;
  if (!offersUndo(row)) {
    return null;
  }
  return (
    <Button
      name="undo"
      look="link"
      label={deedWords('undo', trans, props.careful)}
      disabled={props.busy}
      tabIndex={props.current ? 0 : -1}
      onClick={() => props.deeds.act(row.id, 'undo')}
    />
  );
}

/** The action that Enter takes: null where there is none. */
export function mainAction(row: Repository): Do | 'folder' | null {
  if (row.actions.includes('cancel')) {
    return 'cancel';
  }
  const first = row.actions.find(what => what !== 'undo');
  if (first && row.state !== 'ready') {
    return first;
  }
  return isThere(row) ? 'folder' : null;
}

/** At the right of the row. Trouble with files has its buttons below, where there is room. */
function MainAction(props: IRowProps): React.ReactElement | null {
  const { row, trans, deeds } = props;
  const what = mainAction(row);
  const tabIndex = props.current ? 0 : -1;
  if (what === null) {
    return null;
  }
  if (what === 'folder') {
    return (
      <Button
        name="folder"
        icon="folder"
        label={trans.__('Open the folder of %1', row.name)}
        tabIndex={tabIndex}
        onClick={() => deeds.openFolder(row.id)}
      />
    );
  }
  if (isTrouble(row) && what !== 'retry') {
    return props.open ? null : (
      <Button
        name="open"
        icon="closed"
        label={trans.__('Show what is in the way of %1', row.name)}
        tabIndex={tabIndex}
        onClick={() => props.onToggle(row.id)}
      />
    );
  }
  const label = deedWords(what, trans, props.careful);
  return (
    <Button
      name={what}
      icon={props.narrow || what === 'cancel' ? DEED_ICONS[what] : undefined}
      label={props.narrow || what === 'cancel' ? `${label} (${row.name})` : label}
      disabled={props.busy}
      tabIndex={tabIndex}
      onClick={() => deeds.act(row.id, what)}
    />
  );
}

/** True once `key` has been the same for as long as silence is borne. */
function useLate(key: string | null): boolean {
  const [late, setLate] = React.useState(false);
  React.useEffect(() => {
    setLate(false);
    if (key !== null) {
      const timer = setTimeout(() => setLate(true), SILENCE);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [key]);
  return late;
}
