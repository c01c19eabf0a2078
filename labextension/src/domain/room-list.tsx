/** Own apps in the panel, their keys, and the second step of stopping one. */

import * as React from 'react';

import type { Running } from '../api/types';
import { Button, Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import { money } from './format';
import { rowSays, rowUse } from './panelwords';
import type { IPanelProps } from './room-props';
import { stopWords } from './stop-words';
import { bills, LOOKS, stateWord } from './words';

interface IListProps extends IPanelProps {
  rows: readonly Running[];
}

export function RoomList(props: IListProps): React.ReactElement {
  const { rows, trans, deeds } = props;
  const [current, setCurrent] = React.useState<string | null>(null);
  const [asked, setAsked] = React.useState<string | null>(null);
  const list = React.useRef<HTMLDivElement>(null);
  const tabStop = rows.some(row => row.id === current) ? current : rows[0]?.id;
  /** What was asked must still be possible. */
  const step = rows.find(row => row.id === asked && row.stop === 'yes')?.id ?? null;

  const focus = (id: string | null | undefined) => {
    const lines = list.current?.querySelectorAll<HTMLElement>('[data-smo-app]') ?? [];
    [...lines].find(line => line.dataset.smoApp === id)?.focus();
  };
  const wasAsked = React.useRef<string | null>(null);
  React.useEffect(() => {
    if (step === null && wasAsked.current && document.activeElement === document.body) {
      focus(wasAsked.current);
    }
    wasAsked.current = step;
  }, [step]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>('[data-smo-app]');
    const index = rows.findIndex(row => row.id === line?.dataset.smoApp);
    const row = rows[index];
    if (!row || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const take = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    switch (event.key) {
      case 'ArrowUp':
        take();
        return focus(rows[Math.max(0, index - 1)]?.id);
      case 'ArrowDown':
        take();
        return focus(rows[Math.min(rows.length - 1, index + 1)]?.id);
      case 'Home':
        take();
        return focus(rows[0]?.id);
      case 'End':
        take();
        return focus(rows[rows.length - 1]?.id);
      case 'Escape':
      case 'ArrowLeft':
        if (step !== null) {
          take();
          setAsked(null);
          focus(row.id);
        }
        return;
      case 'ArrowRight':
        if (row.stop === 'yes') {
          take();
          setAsked(row.id);
        }
        return;
      case 'Enter':
        if (event.target === line) {
          take();
          if (row.stop === 'yes') {
            setAsked(row.id);
          } else {
            deeds.page();
          }
        }
        return;
    }
  };

  return (
    <div
      ref={list}
      role="treegrid"
      className="smo-OwnRows"
      aria-label={trans.__('Your apps')}
      aria-rowcount={rows.length}
      onKeyDown={onKeyDown}
      onFocus={event => {
        const line = (event.target as HTMLElement).closest<HTMLElement>('[data-smo-app]');
        setCurrent(line?.dataset.smoApp ?? null);
      }}
    >
      {rows.map((row, index) => (
        <OwnRow
          key={row.id}
          {...props}
          row={row}
          index={index + 1}
          current={row.id === tabStop}
          step={row.id === step}
          onAsk={() => setAsked(row.id)}
          onKeep={() => {
            setAsked(null);
            focus(row.id);
          }}
        />
      ))}
    </div>
  );
}

interface IRowProps extends IListProps {
  row: Running;
  index: number;
  current: boolean;
  step: boolean;
  onAsk(): void;
  onKeep(): void;
}

function OwnRow(props: IRowProps): React.ReactElement {
  const { row, trans, deeds, narrow } = props;
  const look = LOOKS[row.state];
  const busy = props.busy.has(row.id);
  const refusal = props.refusals.get(row.id);
  const says = rowSays(row, trans);
  const price = !bills(row)
    ? ''
    : row.per_hour === null
      ? trans.__('unknown')
      : money(row.per_hour);
  const heard = [row.name, says, stateWord(row.state, trans), price].filter(Boolean);
  return (
    <div
      role="row"
      className="smo-OwnRow"
      data-smo-app={row.id}
      data-smo-state={row.state}
      data-smo-this={row.this_one || undefined}
      data-smo-open={props.step || undefined}
      aria-rowindex={props.index}
      aria-expanded={row.stop === 'yes' ? props.step : undefined}
      aria-busy={busy}
      aria-label={heard.join(', ')}
      tabIndex={props.current ? 0 : -1}
    >
      <div role="gridcell" className="smo-OwnRow-main" title={heard.join(' · ')}>
        <Icon name={look.icon} tone={look.tone} />
        <span className="smo-OwnRow-words">
          <Name text={row.name} />
          <span className="smo-OwnRow-says">{says}</span>
        </span>
        <span className="smo-OwnRow-price">{price}</span>
      </div>
      <div role="gridcell" className="smo-OwnRow-end">
        {row.stop === 'yes' ? (
          <Button
            name="stop"
            icon={narrow ? 'stopped' : undefined}
            label={narrow ? trans.__('Stop %1…', row.name) : trans.__('Stop…')}
            hint={trans.__('Stop… %1', row.name)}
            disabled={busy || props.step}
            tabIndex={props.current ? 0 : -1}
            onClick={() => props.onAsk()}
          />
        ) : (
          !narrow && <span className="smo-secondary">{rowUse(row, trans)}</span>
        )}
      </div>
      {refusal && (
        <div role="gridcell" className="smo-Row-refusal">
          {refusal.message} <span className="smo-secondary">{refusal.hint}</span>
        </div>
      )}
      {props.step && (
        <Step
          row={row}
          trans={trans}
          onGo={() => deeds.stop(row.id)}
          onKeep={props.onKeep}
        />
      )}
    </div>
  );
}

/** The focus is on the safe answer. */
function Step(
  props: Pick<IRowProps, 'row' | 'trans' | 'onKeep'> & { onGo(): void }
): React.ReactElement {
  const words = stopWords([props.row], props.trans);
  const keep = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => keep.current?.focus({ preventScroll: true }), []);
  return (
    <div role="gridcell" className="smo-Step smo-OwnRow-step" data-smo-step="stop">
      <p>
        <strong>{words.title}</strong> {words.says}
      </p>
      <Button name="go" look="danger" label={words.go} onClick={() => props.onGo()} />
      <Button ref={keep} name="keep" label={words.keep} onClick={() => props.onKeep()} />
    </div>
  );
}
