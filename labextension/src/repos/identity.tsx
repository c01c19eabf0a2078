/** Asks once who signs the person's commits, before the first commit fails. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IReposDeeds } from './props';

export function IdentityRow(props: {
  trans: TranslationBundle;
  deeds: IReposDeeds;
}): React.ReactElement {
  const { trans, deeds } = props;
  const [name, setName] = React.useState('');
  const [email, setEmail] = React.useState('');
  const [saving, setSaving] = React.useState(false);
  const [refusal, setRefusal] = React.useState<RequestError | null>(null);
  const id = React.useId();
  const ready = name.trim() !== '' && email.trim() !== '';

  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setRefusal(null);
    try {
      await deeds.saveIdentity({ name: name.trim(), email: email.trim() });
    } catch (error) {
      setRefusal(error as RequestError);
    }
    setSaving(false);
  };

  return (
    <form
      className="smo-Notice smo-Identity"
      data-smo-identity="missing"
      aria-labelledby={`${id}-why`}
      onSubmit={event => void save(event)}
    >
      <Icon name="person" tone="quiet" />
      <div className="smo-Notice-text">
        <span id={`${id}-why`}>
          {trans.__('Git does not know you yet.')}{' '}
          <span className="smo-secondary">
            {trans.__('Your first commit would fail.')}
          </span>
        </span>
        <label htmlFor={`${id}-name`}>{trans.__('Name')}</label>
        <input
          id={`${id}-name`}
          className="smo-Field"
          autoComplete="name"
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <label htmlFor={`${id}-email`}>{trans.__('Email')}</label>
        <input
          id={`${id}-email`}
          className="smo-Field"
          type="email"
          autoComplete="email"
          value={email}
          onChange={event => setEmail(event.target.value)}
        />
        {refusal && (
          <p className="smo-Row-refusal" role="alert">
            {refusal.message} <span className="smo-secondary">{refusal.hint}</span>
          </p>
        )}
        <button
          type="submit"
          className="smo-Button smo-mod-accent"
          data-smo-do="save-identity"
          disabled={!ready || saving}
        >
          {trans.__('Save')}
        </button>
      </div>
      <Button
        name="dismiss-identity"
        icon="cross"
        label={trans.__('Not now')}
        onClick={() => deeds.dismissIdentity()}
      />
    </form>
  );
}
