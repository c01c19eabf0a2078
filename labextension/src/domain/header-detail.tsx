/** What a cell of the header tells when it is opened, and the idle stop that can be set. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Here, IdleSetting } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import {
  idleLines,
  priceLines,
  rangeWords,
  storageLines,
  type CellId,
  type ICell
} from './panelwords';
import { ProblemLines } from './room-problem';
import type { IPanelDeeds } from './room-props';

export interface IDetailProps {
  id: string;
  cell: ICell;
  here: Here;
  trans: TranslationBundle;
  deeds: IPanelDeeds;
  onClose(): void;
}

export function Detail(props: IDetailProps): React.ReactElement {
  const { cell, here, trans, deeds } = props;
  const setting = here.idle;
  return (
    <div
      id={props.id}
      className="smo-Header-detail"
      role="group"
      aria-label={titles(cell.id, trans)}
      data-smo-detail={cell.id}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          props.onClose();
        }
      }}
    >
      <div className="smo-Header-detailTitle">
        <strong>{titles(cell.id, trans)}</strong>
        <Button
          name="close-detail"
          icon="cross"
          label={trans.__('Close')}
          onClick={() => props.onClose()}
        />
      </div>
      {lines(cell, here, trans).map(line => (
        <p key={line}>{line}</p>
      ))}
      {cell.id === 'idle' && setting?.enabled === true && setting.changeable && (
        <IdleForm setting={setting} {...props} />
      )}
      {cell.problem && (
        <ProblemLines problem={cell.problem} trans={trans} deeds={deeds} />
      )}
    </div>
  );
}

function titles(id: CellId, trans: TranslationBundle): string {
  switch (id) {
    case 'price':
      return trans.__('Price per hour');
    case 'idle':
      return trans.__('Idle stop');
    case 'storage':
      return trans.__('Storage');
  }
}

function lines(cell: ICell, here: Here, trans: TranslationBundle): readonly string[] {
  switch (cell.id) {
    case 'price':
      return priceLines(here, trans);
    case 'idle':
      return idleLines(here, trans);
    case 'storage':
      return here.storage
        ? storageLines(here.storage, trans)
        : [trans.__('The disk of your home has not answered for 3 s.')];
  }
}

function IdleForm(props: IDetailProps & { setting: IdleSetting }): React.ReactElement {
  const { setting, trans } = props;
  const [text, setText] = React.useState(String(setting.minutes ?? ''));
  const [saving, setSaving] = React.useState(false);
  const [saved, setSaved] = React.useState(false);
  const [refusal, setRefusal] = React.useState<RequestError | null>(null);
  const id = React.useId();
  const field = React.useRef<HTMLInputElement>(null);
  const minutes = Number(text);
  const { minimum, maximum } = setting;
  const allowed =
    text.trim() !== '' &&
    Number.isInteger(minutes) &&
    minutes >= (minimum ?? 1) &&
    minutes <= (maximum ?? Infinity);
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setSaved(false);
    setRefusal(null);
    try {
      await props.deeds.setIdle(minutes);
      setSaved(true);
    } catch (error) {
      setRefusal(error as RequestError);
    }
    setSaving(false);
    field.current?.focus(); // the button has nothing left to do, and lets go of the focus
  };
  return (
    <form className="smo-IdleForm" onSubmit={event => void save(event)}>
      <label htmlFor={`${id}-minutes`}>{trans.__('Minutes without use')}</label>
      <input
        ref={field}
        id={`${id}-minutes`}
        className="smo-Field"
        type="number"
        inputMode="numeric"
        min={minimum ?? 1}
        max={maximum ?? undefined}
        step={1}
        value={text}
        aria-invalid={!allowed}
        aria-describedby={`${id}-range`}
        onChange={event => {
          setText(event.target.value);
          setSaved(false);
        }}
      />
      <button
        type="submit"
        className="smo-Button smo-mod-accent"
        data-smo-do="set-idle"
        disabled={saving || !allowed || minutes === setting.minutes}
      >
        {trans.__('Set')}
      </button>
      <p id={`${id}-range`} className="smo-IdleForm-range">
        {rangeWords(setting, trans)}
      </p>
      <p role="status">
        {saved && !refusal && (
          <>
            <Icon name="done" tone="ok" /> {trans.__('Set; it holds from now on.')}
          </>
        )}
      </p>
      {refusal && (
        <p className="smo-Row-refusal" role="alert">
          {refusal.message} <span className="smo-secondary">{refusal.hint}</span>
        </p>
      )}
    </form>
  );
}
