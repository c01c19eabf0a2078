/** What is said in place of runs, or above them. */

import * as React from 'react';

import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { count } from './format';
import type { IExperimentsPageProps } from './props';
import { FIRST_VIEW } from './table/view-state';

const BARS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Rows of the final height; after 3 s who has not answered. */
export function Loading(props: IExperimentsPageProps): React.ReactElement {
  return (
    <div className="smo-Grid-skeleton" data-smo-room-state="loading" aria-busy="true">
      <p className="smo-Runs-late" role="status">
        {props.late}
      </p>
      {BARS.map(bar => (
        <div key={bar} className="smo-Grid-skeletonRow smo-Runs-skeletonRow" />
      ))}
    </div>
  );
}

/** Why something is not there, and the next step. */
export function Problem(props: IExperimentsPageProps): React.ReactElement | null {
  const { problem, state, trans, deeds } = props;
  if (!problem) {
    return null;
  }
  const { action = '', statement = '' } = problem;
  const isDenied = action !== '';
  return (
    <div
      className="smo-Runs-notice"
      role={state === 'failed' ? 'alert' : 'status'}
      data-smo-room-state={isDenied ? 'denied' : 'failed'}
      data-smo-code={problem.code}
    >
      <Icon name={isDenied ? 'denied' : 'inTheWay'} tone={isDenied ? 'quiet' : 'warn'} />
      <span className="smo-Runs-why">
        {problem.message} <span className="smo-secondary">{problem.hint}</span>
      </span>
      {statement !== '' && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => deeds.copy(statement)}
        />
      )}
      <Button name="again" label={trans.__('Retry')} onClick={deeds.refresh} />
    </div>
  );
}

/** There are no runs, or nothing of them is left by what narrows. */
export function Nothing(props: IExperimentsPageProps): React.ReactElement {
  const { runs, experiments, trans, deeds } = props;
  if (runs.ids.length > 0) {
    return (
      <div className="smo-Runs-notice" role="status" data-smo-room-state="nothing">
        {trans.__('No run is like this.')}
        <Button
          name="show-all"
          label={trans._n(
            'Show the run',
            'Show all %2 runs',
            runs.ids.length,
            count(runs.ids.length)
          )}
          onClick={() =>
            deeds.set({
              filter: FIRST_VIEW.filter,
              search: FIRST_VIEW.search,
              facets: FIRST_VIEW.facets
            })
          }
        />
      </div>
    );
  }
  return (
    <div className="smo-Runs-notice" role="status" data-smo-room-state="empty">
      {experiments.length === 0
        ? trans.__('Choose an experiment to see its runs.')
        : trans.__(
            'No runs yet. Run a cell with mlflow.start_run() or %%track, and it is here.'
          )}
    </div>
  );
}
