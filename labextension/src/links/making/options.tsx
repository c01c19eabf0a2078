/** What the link points to, and what is in it. Nothing is made before the button is pressed. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { LinkChoice } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { CopyButton } from './problem';
import type { ILinkProps } from './props';
import { DAYS } from './target';
import { dayWords, thereWords } from './words';

const DAY = 86_400_000;
const NOTE = 500;

export function Options(
  props: ILinkProps & { onMine(): void }
): React.ReactElement | null {
  const { standing, form, shown, trans, deeds } = props;
  if (!standing) {
    return null;
  }
  const isMade = shown?.made !== null && shown?.made !== undefined && !props.isOther;
  const isPossible = standing.choices.some(
    one => one.problem === null && (form.kind === '' || one.kind === form.kind)
  );
  return (
    <>
      <Kinds {...props} choices={possibleFirst(standing.choices)} />
      <Details {...props} />
      <div className="smo-Link-foot">
        {standing.can_export && (
          <Button
            name="save-page"
            look="link"
            label={trans.__('Save as HTML')}
            hint={trans.__('Save as HTML: one file for people without JupyterLab')}
            onClick={() => deeds.savePage()}
          />
        )}
        {standing.addresses.map(({ host, url }) => (
          <CopyButton
            key={host}
            name="address"
            look="link"
            label={trans.__('Address at %1', host)}
            text={url}
            trans={trans}
            onCopy={deeds.copyText}
          />
        ))}
        <Button
          name="my-links"
          look="link"
          label={trans.__('My links')}
          onClick={props.onMine}
        />
        <span className="smo-Link-space" />
        <Button
          name="copy-again"
          look="accent"
          label={
            isMade
              ? props.copied === 'yes'
                ? trans.__('Copy again')
                : trans.__('Copy')
              : shown?.made
                ? trans.__('Copy new link')
                : trans.__('Copy link')
          }
          disabled={!isPossible}
          onClick={() => (isMade ? deeds.copy() : deeds.make())}
        />
      </div>
    </>
  );
}

function possibleFirst(choices: readonly LinkChoice[]): readonly LinkChoice[] {
  const isPossible = (one: LinkChoice) => one.problem === null;
  return [...choices.filter(isPossible), ...choices.filter(one => !isPossible(one))];
}

function Kinds(
  props: ILinkProps & { choices: readonly LinkChoice[] }
): React.ReactElement {
  const { choices, form, trans, deeds } = props;
  // What is said above of the link that was made is not said twice.
  const madeKind = props.shown?.made?.kind;
  const name = React.useId();
  return (
    <fieldset className="smo-Link-kinds">
      <legend>{trans.__('What the link points to')}</legend>
      {choices.map(choice => {
        const { kind, problem } = choice;
        const id = `${name}-${kind}`;
        return (
          <div key={kind} data-smo-choice={kind} data-smo-possible={problem === null}>
            <input
              type="radio"
              id={id}
              name={name}
              value={kind}
              checked={form.kind === kind}
              disabled={problem !== null}
              aria-describedby={`${id}-text`}
              onChange={() => deeds.choose({ kind })}
            />
            <label htmlFor={id}>{choice.title}</label>
            <p id={`${id}-text`} className="smo-secondary">
              {kind === madeKind
                ? choice.text.replace(choice.warning, '').trim()
                : choice.text}
              {problem && (
                <>
                  {' '}
                  {problem.message} {problem.hint}
                </>
              )}
            </p>
            {choice.can_push && (
              <Push
                trans={trans}
                onPush={() => {
                  deeds.choose({ kind });
                  deeds.make(true);
                }}
              />
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

/** Others see the commits then, and that cannot be taken back: a second step. */
function Push(props: { trans: TranslationBundle; onPush(): void }): React.ReactElement {
  const { trans } = props;
  const [asks, setAsks] = React.useState(false);
  const safe = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (asks) {
      safe.current?.focus();
    }
  }, [asks]);
  return asks ? (
    <p className="smo-Link-step" data-smo-step="push">
      <span>
        {trans.__('Everybody who may read the repository sees the commits then.')}
      </span>
      <Button
        ref={safe}
        name="keep"
        label={trans.__('Do not push')}
        onClick={() => setAsks(false)}
      />
      <Button
        name="go"
        label={trans.__('Push and copy link')}
        onClick={() => {
          setAsks(false);
          props.onPush();
        }}
      />
    </p>
  ) : (
    <p>
      <Button
        name="push"
        label={trans.__('Push…')}
        hint={trans.__('Push… the commits to their branch, so that others have them')}
        onClick={() => setAsks(true)}
      />
    </p>
  );
}

function Details(props: ILinkProps): React.ReactElement {
  const { target, standing, form, shown, trans, deeds } = props;
  const stores = standing?.stores ?? [];
  const mayFallBack = form.kind === 'git' && stores.length > 0;
  const isStored = form.kind === 'snapshot' || (mayFallBack && form.fallback);
  const store = stores.find(one => one.alias === form.store) ?? stores[0];
  const made = shown?.made;
  return (
    <div className="smo-Link-part smo-Link-details">
      {target && (target.cell !== '' || target.heading !== '') && (
        <Check
          name="there"
          label={thereWords(target, trans)}
          checked={form.there}
          onChange={there => deeds.choose({ there })}
        />
      )}
      {isStored && standing?.has_outputs && (
        <Check
          name="outputs"
          label={trans.__('With outputs')}
          checked={form.outputs}
          onChange={outputs => deeds.choose({ outputs })}
        />
      )}
      {mayFallBack && (
        <Check
          name="fallback"
          label={trans.__('Keep a snapshot too')}
          hint={trans.__('Opens also when the commit is gone from its host')}
          checked={form.fallback}
          onChange={fallback => deeds.choose({ fallback })}
        />
      )}
      {isStored && (
        <label className="smo-Link-until">
          {trans.__('Until')}{' '}
          <select
            className="smo-Field"
            data-smo-do="days"
            value={form.days}
            onChange={event => deeds.choose({ days: Number(event.currentTarget.value) })}
          >
            {DAYS.map(days => (
              <option key={days} value={days}>
                {dayWords(Date.now() + days * DAY)}
              </option>
            ))}
          </select>
        </label>
      )}
      {made?.kind === 'snapshot' && !props.isOther && (
        <span className="smo-Link-secrets">
          <Icon
            name={made.secrets > 0 ? 'inTheWay' : 'done'}
            tone={made.secrets > 0 ? 'warn' : 'ok'}
          />
          {made.secrets > 0
            ? trans._n('Sent with %1 finding', 'Sent with %1 findings', made.secrets)
            : trans.__('No secrets found')}
        </span>
      )}
      {isStored && store && (
        <div className="smo-Link-store">
          {stores.length > 1 && (
            <label>
              {trans.__('Store')}{' '}
              <select
                className="smo-Field"
                data-smo-do="store"
                value={store.alias}
                onChange={event => deeds.choose({ store: event.currentTarget.value })}
              >
                {stores.map(({ alias }) => (
                  <option key={alias}>{alias}</option>
                ))}
              </select>
            </label>
          )}
          <span className="smo-secondary">{store.readers}</span>
        </div>
      )}
      <input
        className="smo-Field smo-Link-note"
        data-smo-do="note"
        maxLength={NOTE}
        value={form.note}
        placeholder={trans.__('Add a note for the reader')}
        aria-label={trans.__('A note for the reader')}
        onChange={event => deeds.choose({ note: event.currentTarget.value })}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            deeds.make();
          }
        }}
      />
    </div>
  );
}

function Check(props: {
  name: string;
  label: string;
  hint?: string;
  checked: boolean;
  onChange(checked: boolean): void;
}): React.ReactElement {
  return (
    <label className="smo-Link-check" title={props.hint}>
      <input
        type="checkbox"
        data-smo-do={props.name}
        checked={props.checked}
        onChange={event => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}
