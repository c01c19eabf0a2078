/** What the room says when it is not an ordinary list: empty, off, offline, problems. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Problem } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IReposDeeds } from './props';
import { clock } from './words';

interface IWords {
  trans: TranslationBundle;
  deeds: IReposDeeds;
}

/** Before the first answer: rows of the final height, so that nothing jumps. */
export function Skeleton(props: {
  slow: boolean;
  trans: TranslationBundle;
}): React.ReactElement {
  return (
    <div className="smo-Skeleton" data-smo-room-state="loading" aria-busy="true">
      {['62%', '44%', '53%'].map(width => (
        <div key={width} className="smo-Skeleton-row" aria-hidden="true">
          <span className="smo-Skeleton-icon" />
          <span className="smo-Skeleton-line" style={{ width }} />
          <span className="smo-Skeleton-line smo-mod-small" />
        </div>
      ))}
      <p className="smo-Footnote" role="status">
        {props.slow ? props.trans.__('The Jupyter server has not answered for 3 s.') : ''}
      </p>
    </div>
  );
}

/** The server does not answer; what is below is what was last known. */
export function Offline(
  props: IWords & { error: RequestError; answeredAt: Date | null }
): React.ReactElement {
  const { error, trans } = props;
  const silent = error.code === 'client.no_answer';
  const since = clock(props.answeredAt);
  const said = !silent
    ? error.message
    : since
      ? trans.__('No answer from the server since %1.', since)
      : trans.__('No answer from the server.');
  return (
    <div className="smo-Notice" data-smo-room-state="offline" role="alert">
      <Icon name="failed" tone="bad" />
      <div className="smo-Notice-text">
        {said} {!silent && <span className="smo-secondary">{error.hint}</span>}
      </div>
      <Button
        name="again"
        label={trans.__('Retry')}
        onClick={() => props.deeds.again()}
      />
    </div>
  );
}

/** Something is wrong with a whole file or with the root folder. */
export function ProblemRow(props: { problem: Problem }): React.ReactElement {
  const { problem } = props;
  return (
    <div className="smo-Notice" data-smo-problem={problem.code}>
      <Icon name="failed" tone="bad" />
      <div className="smo-Notice-text">
        {problem.message} <span className="smo-secondary">{problem.hint}</span>
        {problem.origin && (
          <div className="smo-Notice-origin" title={problem.origin}>
            {problem.origin}
          </div>
        )}
      </div>
    </div>
  );
}

export function Empty(props: IWords): React.ReactElement {
  const { trans, deeds } = props;
  return (
    <div className="smo-Quiet" data-smo-room-state="empty">
      <strong>{trans.__('No repositories yet')}</strong>
      <p>
        {trans.__('Your team lead lists them in onboard.yaml, or add one of your own.')}
      </p>
      <Button
        name="add"
        look="accent"
        label={trans.__('Add repository…')}
        onClick={() => deeds.add()}
      />
      <Button
        name="team-file"
        label={trans.__('Write a team file')}
        onClick={() => deeds.teamFile()}
      />
    </div>
  );
}

export function Off(props: { trans: TranslationBundle }): React.ReactElement {
  const { trans } = props;
  return (
    <div className="smo-Quiet" data-smo-room-state="off">
      <strong>{trans.__('This Jupyter server is closing')}</strong>
      <p>{trans.__('Repositories are shown again when it is back.')}</p>
    </div>
  );
}
