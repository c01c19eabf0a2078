/** Outside Studio: which domain to look at. */

import * as React from 'react';

import type { DomainState } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { Status } from './people';
import type { IDomainPageProps } from './props';

export function Chooser(
  props: IDomainPageProps & { state: DomainState }
): React.ReactElement {
  const { state, trans, deeds } = props;
  return (
    <section className="smo-Chooser" data-smo-room-state="choose">
      <h2>{trans.__('Which domain?')}</h2>
      <p className="smo-secondary">
        {trans.__(
          'You are not in SageMaker Studio. These domains are in %1; nobody in them is you.',
          state.here.region ?? trans.__('your region')
        )}
      </p>
      <ul className="smo-Things">
        {state.choices.map(choice => (
          <li key={choice.id}>
            <Icon name="compass" />
            <Button
              name="choose-domain"
              label={choice.name || choice.id}
              onClick={() => deeds.choose(choice.id)}
            />
            <code>{choice.id}</code>
            <span className="smo-secondary">
              <Status status={choice.status} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
