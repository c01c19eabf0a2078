/** The head of a run's page: its name and state, its tags, its note. */

import * as React from 'react';

import { Icon } from '../../shell/icon';
import { fullDate } from '../format';
import { STATES } from '../states';
import { Note } from './note';
import type { IPartProps } from './props';
import { Tags } from './tags';
import { aboutWords } from './words';

export function RunHead(props: IPartProps & { now: number }): React.ReactElement {
  const { shown, trans, now } = props;
  const [icon, tone] = STATES[shown.status] ?? (['skipped', 'quiet'] as const);
  const place = shown.experiment_name || shown.experiment;
  return (
    <div className="smo-Run-head">
      <div className="smo-Run-title">
        <Icon name={icon} tone={tone} />
        <h1 className="smo-Run-name" dir="auto">
          {shown.name || shown.own}
        </h1>
        <Tags {...props} />
      </div>
      <p
        className="smo-Run-about smo-secondary"
        title={shown.started === null ? undefined : fullDate(shown.started)}
      >
        {trans.__('%1, in %2', aboutWords(shown, now, trans), place)}
        {', '}
        <span title={shown.store.uri}>{shown.store.name}</span>
      </p>
      <Note {...props} />
    </div>
  );
}
