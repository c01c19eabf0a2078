/** The page's toolbar: which domain, when it was read, and what can be opened. */

import * as React from 'react';

import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { clock, count, fullDate } from './format';
import { SHOWS } from './page-state';
import type { IDomainPageProps } from './props';
import { domainName } from './words';

export function DomainBar(props: IDomainPageProps): React.ReactElement {
  const { state, settings, trans, deeds, view } = props;
  const id = state?.chosen ?? null;
  const domain = settings?.domain ?? null;
  const status =
    domain?.status ?? state?.choices.find(choice => choice.id === id)?.status ?? null;
  const name = state ? domainName(state) : '';
  const region = state?.here.region ?? null;
  const shown = (state?.parts ?? []).filter(part => SHOWS[view.tab].includes(part.name));
  const at = shown.flatMap(part => (part.at === null ? [] : [part.at])).sort()[0] ?? null;
  const calls = shown.reduce((sum, part) => sum + part.calls, 0);
  const reading = shown.some(part => part.state === 'loading');
  return (
    <div className="smo-DomainBar">
      <Icon name="person" />
      <strong className="smo-DomainBar-name">{name || trans.__('Domain')}</strong>
      <span className="smo-secondary smo-DomainBar-facts">
        {[id === name ? null : id, region, status].filter(Boolean).join(' · ')}
      </span>
      {id !== null && (
        <Button
          name="copy-id"
          icon="copy"
          label={trans.__('Copy the id %1', id)}
          onClick={() => deeds.copy(id)}
        />
      )}
      {state?.here.kind === 'elsewhere' && state.choices.length > 1 && id !== null && (
        <select
          className="smo-Field smo-DomainBar-choice"
          data-smo-do="choose-domain"
          aria-label={trans.__('Domain')}
          value={id}
          onChange={event => deeds.choose(event.target.value)}
        >
          {state.choices.map(choice => (
            <option key={choice.id} value={choice.id}>
              {choice.name || choice.id}
            </option>
          ))}
        </select>
      )}
      <span className="smo-DomainBar-space" />
      {reading && <Icon name="working" tone="accent" />}
      {at !== null && (
        <span
          className="smo-secondary smo-DomainBar-read"
          data-smo-read={at}
          title={trans.__('Read on %1', fullDate(at))}
        >
          {clock(at)}, {trans._n('%2 call', '%2 calls', calls, count(calls))}
        </span>
      )}
      <Button
        name="refresh"
        icon="again"
        label={trans.__('Read again')}
        onClick={() => deeds.refresh()}
      />
      <button
        type="button"
        className="smo-Button smo-mod-plain smo-DomainBar-launch"
        data-smo-do="launch"
        aria-haspopup="menu"
        disabled={id === null}
        onClick={event => {
          const box = event.currentTarget.getBoundingClientRect();
          deeds.launch(box.right, box.bottom);
        }}
      >
        <Icon name="launch" />
        {trans.__('Launch')}
        <Icon name="opened" />
      </button>
    </div>
  );
}
