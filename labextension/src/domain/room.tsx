/** The domain room of the side panel: what runs of one's own, and what it costs. */

import * as React from 'react';

import type { DomainState, Running } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { PartName } from './model';
import {
  chosenWords,
  emptyWords,
  lateWords,
  ownRows,
  problemOf,
  rowNews,
  waits
} from './panelwords';
import { RoomList } from './room-list';
import { Copy, ProblemLines } from './room-problem';
import type { IPanelProps } from './room-props';
import { troubleWords } from './words';

/** What the room is made of. */
const PARTS: readonly PartName[] = ['here', 'apps'];

export function DomainRoom(props: IPanelProps): React.ReactElement {
  const { state, error, trans } = props;
  return (
    <div
      className="smo-DomainRoom"
      data-smo-narrow={props.narrow || undefined}
      data-smo-offline={error ? true : undefined}
      data-smo-revision={state?.revision}
    >
      {(error ?? props.refusal) && <Offline {...props} />}
      {state === null ? (
        !error && <Skeleton {...props} says={slowWords(props)} />
      ) : state.here.kind === 'elsewhere' ? (
        <Outside {...props} state={state} />
      ) : (
        <Inside {...props} state={state} />
      )}
      <News {...props} />
    </div>
  );

  function slowWords({ slow }: IPanelProps): string {
    return slow ? trans.__('The Jupyter server has not answered for 3 s.') : '';
  }
}

/** In a domain: the rows, and what is missing of them. */
function Inside(props: IPanelProps & { state: DomainState }): React.ReactElement {
  const { state, apps, trans } = props;
  const rows = ownRows(apps?.rows ?? []);
  const waiting = apps === null || waits(state, PARTS);
  const missing = problemOf(state, ['apps', 'here']);
  if (rows.length === 0 && waiting) {
    return <Skeleton {...props} says={lateWords(state)} />;
  }
  return (
    <>
      {rows.length > 0 && <RoomList {...props} rows={rows} />}
      {missing ? (
        <Missing {...props} state={state} some={rows.length > 0} />
      ) : (
        (rows.length === 0 || state.here.shared === true) && (
          <p className="smo-Footnote smo-DomainRoom-says" data-smo-room-state="empty">
            {emptyWords(state, trans)}
          </p>
        )
      )}
      {waiting && lateWords(state) && (
        <p className="smo-Footnote" role="status">
          {lateWords(state)}
        </p>
      )}
    </>
  );
}

/** Why other rows are not there; a row of its own below those that are. */
function Missing(
  props: IPanelProps & { state: DomainState; some: boolean }
): React.ReactElement | null {
  const { state, trans, deeds } = props;
  const problem = problemOf(state, ['apps', 'here']);
  const part = state.parts.find(one => one.problem === problem);
  if (!problem || !part) {
    return null;
  }
  const denied = problem.code === 'aws.forbidden';
  const icon = denied ? (
    <Icon name="denied" tone="quiet" />
  ) : (
    <Icon name="inTheWay" tone="warn" />
  );
  if (props.some && problem.action) {
    return (
      <div
        className="smo-Notice"
        data-smo-trouble={part.name}
        data-smo-code={problem.code}
      >
        {icon}
        <div className="smo-Notice-text smo-secondary">
          {trans.__('Not all is seen: needs')} <code>{problem.action}</code>.{' '}
          {problem.statement && (
            <Copy
              name="copy-statement"
              text={problem.statement}
              label={trans.__('Copy statement')}
              trans={trans}
              deeds={deeds}
              link
            />
          )}
        </div>
      </div>
    );
  }
  return (
    <div
      className="smo-Quiet"
      data-smo-trouble={part.name}
      data-smo-room-state={denied ? 'denied' : 'failed'}
    >
      <strong className="smo-Quiet-title">
        {icon} {troubleWords(part, trans)}
      </strong>
      <ProblemLines
        problem={problem}
        trans={trans}
        deeds={deeds}
        onAgain={() => deeds.again()}
      />
    </div>
  );
}

/** Outside Studio: a domain to look at, or how to get to one. */
function Outside(props: IPanelProps & { state: DomainState }): React.ReactElement {
  const { state, trans, deeds } = props;
  const part = state.parts.find(one => one.name === 'here');
  const problem = problemOf(state, ['here']);
  if (state.chosen !== null) {
    return (
      <div className="smo-Quiet" data-smo-room-state="outside">
        <p className="smo-DomainRoom-line">{chosenWords(state, trans)}</p>
        {state.choices.length > 1 && <Choice {...props} state={state} />}
        <Button
          name="domain-page"
          label={trans.__('Show the domain')}
          onClick={() => deeds.page()}
        />
      </div>
    );
  }
  if (state.choices.length > 0) {
    return (
      <div className="smo-Quiet" data-smo-room-state="choose">
        <strong>{trans.__('No domain chosen')}</strong>
        <p>{trans.__('Choose one to look at from outside.')}</p>
        <Choice {...props} state={state} />
      </div>
    );
  }
  if (problem && part) {
    return (
      <div
        className="smo-Quiet"
        data-smo-room-state="failed"
        data-smo-code={problem.code}
      >
        <strong>{troubleWords(part, trans)}</strong>
        <ProblemLines
          problem={problem}
          trans={trans}
          deeds={deeds}
          onAgain={() => deeds.again()}
        />
      </div>
    );
  }
  return <Skeleton {...props} says={lateWords(state)} />;
}

function Choice(props: IPanelProps & { state: DomainState }): React.ReactElement {
  const { state, trans, deeds } = props;
  return (
    <select
      className="smo-Field smo-DomainRoom-choice"
      data-smo-do="choose-domain"
      aria-label={trans.__('Domain')}
      value={state.chosen ?? ''}
      onChange={event => {
        if (event.target.value) {
          deeds.choose(event.target.value);
        }
      }}
    >
      {state.chosen === null && <option value="">{trans.__('Choose a domain')}</option>}
      {state.choices.map(choice => (
        <option key={choice.id} value={choice.id}>
          {choice.name ? `${choice.name} (${choice.id})` : choice.id}
        </option>
      ))}
    </select>
  );
}

/** The Jupyter server does not answer, or refuses to look. */
function Offline(props: IPanelProps): React.ReactElement {
  const { error, refusal, trans, deeds } = props;
  const why = error ?? refusal;
  return (
    <div className="smo-Notice" data-smo-room-state="offline" role="alert">
      <Icon name="failed" tone="bad" />
      <div className="smo-Notice-text">
        {why?.code === 'client.no_answer' ? (
          trans.__('No answer from the server.')
        ) : (
          <>
            {why?.message} <span className="smo-secondary">{why?.hint}</span>
          </>
        )}
      </div>
      <Button name="again" label={trans.__('Retry')} onClick={() => deeds.again()} />
    </div>
  );
}

/** Rows of the final height. */
function Skeleton(props: IPanelProps & { says: string }): React.ReactElement {
  return (
    <div data-smo-room-state="loading" aria-busy="true">
      {['46%', '34%'].map(width => (
        <div key={width} className="smo-OwnRow-skeleton" aria-hidden="true">
          <span className="smo-Skeleton-icon" />
          <span className="smo-Skeleton-line" style={{ width }} />
        </div>
      ))}
      <p className="smo-Footnote" role="status">
        {props.says}
      </p>
    </div>
  );
}

/** The polite live region. */
function News(props: IPanelProps): React.ReactElement {
  const { apps, trans } = props;
  const before = React.useRef<readonly Running[]>([]);
  const [said, setSaid] = React.useState('');
  React.useEffect(() => {
    const mine = (apps?.rows ?? []).filter(row => row.mine);
    const words = rowNews(before.current, mine, trans);
    before.current = mine;
    if (words) {
      setSaid(words);
    }
  }, [apps, trans]);
  return (
    <div className="smo-only-heard" role="status" aria-live="polite" data-smo-news="">
      {said}
    </div>
  );
}
