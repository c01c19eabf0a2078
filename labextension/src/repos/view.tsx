/** The repositories room, from props alone. */

import * as React from 'react';

import type { ReposState } from '../api/types';
import { IdentityRow } from './identity';
import { List } from './list';
import { news } from './news';
import { Empty, Off, Offline, ProblemRow, Skeleton } from './notices';
import type { IReposViewProps } from './props';
import { isAtWork, originWords } from './words';

export function ReposView(props: IReposViewProps): React.ReactElement {
  const { state, error, trans, deeds } = props;
  const rows = state?.repositories ?? [];
  const starting = state === null || (state.state === 'starting' && rows.length === 0);
  return (
    <div
      className="smo-Repos"
      data-smo-narrow={props.narrow || undefined}
      data-smo-offline={error ? true : undefined}
      data-smo-revision={state?.revision}
    >
      {error && (
        <Offline
          error={error}
          answeredAt={props.answeredAt}
          trans={trans}
          deeds={deeds}
        />
      )}
      {state?.identity === 'missing' && rows.length > 0 && !props.identityDismissed && (
        <IdentityRow trans={trans} deeds={deeds} />
      )}
      {state?.problems.map(problem => (
        <ProblemRow
          key={`${problem.code} ${problem.origin} ${problem.message}`}
          problem={problem}
        />
      ))}
      {starting ? (
        !error && <Skeleton slow={props.slow} trans={trans} />
      ) : state.state === 'off' && rows.length === 0 ? (
        <Off trans={trans} />
      ) : rows.length === 0 ? (
        state.problems.length === 0 && <Empty trans={trans} deeds={deeds} />
      ) : (
        <>
          <List {...props} rows={rows} />
          <p className="smo-Footnote">
            {originWords(rows, trans)}
            {rows.some(isAtWork) &&
              ` ${trans.__('You can work meanwhile; folders appear whole.')}`}
          </p>
        </>
      )}
      <News {...props} />
    </div>
  );
}

/** The polite live region. */
function News(props: IReposViewProps): React.ReactElement {
  const { state, trans } = props;
  const before = React.useRef<ReposState | null>(null);
  const [said, setSaid] = React.useState('');
  React.useEffect(() => {
    if (state) {
      const words = news(before.current, state, trans);
      before.current = state;
      if (words) {
        setSaid(words);
      }
    }
  }, [state, trans]);
  return (
    <div className="smo-only-heard" role="status" aria-live="polite" data-smo-news="">
      {said}
    </div>
  );
}
