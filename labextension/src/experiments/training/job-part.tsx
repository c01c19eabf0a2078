/** The training job on a run's page: its facts, its logs, and starting it again. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button } from '../../shell/controls';
import { Part } from '../run/part';
import { Trouble } from '../run/told';
import { Again } from './again';
import { JobFactsList } from './job-facts';
import { Logs } from './logs';
import type { IJob } from './model';

export interface IJobDeeds {
  refresh(): void;
  showLogs(open: boolean): void;
  moreLogs(): void;
  /** Look at what starting it again would ask. */
  plan(): void;
  start(): void;
  forget(): void;
  copy(text: string): void;
}

export interface IJobPartProps {
  /** The page's id of the run. */
  id: string;
  shown: IJob;
  trans: TranslationBundle;
  deeds: IJobDeeds;
}

export function JobPart(props: IJobPartProps): React.ReactElement {
  const { shown, trans, deeds } = props;
  const { job, problem, logs, again } = shown;
  const ask = React.useRef<HTMLButtonElement>(null);
  const wasAsked = React.useRef(false);
  const isAsked = again !== null && again.state !== 'started';
  React.useEffect(() => {
    if (wasAsked.current && again === null) {
      ask.current?.focus(); // it was on a button that is gone
    }
    wasAsked.current = again !== null;
  }, [again]);
  return (
    <Part id="job" of={props.id} title={trans.__('Training job')} note={job?.name}>
      {problem && (
        <Trouble
          trouble={problem}
          trans={trans}
          onAgain={deeds.refresh}
          onCopy={deeds.copy}
        />
      )}
      {job ? (
        <JobFactsList job={job} trans={trans} copy={deeds.copy} />
      ) : (
        !problem && (
          <p className="smo-secondary" role="status">
            {trans.__('SageMaker is asked.')}
          </p>
        )
      )}
      {job && (
        <div className="smo-Job-deeds">
          <Button
            name="job-logs"
            label={logs ? trans.__('Hide logs') : trans.__('Show logs')}
            onClick={() => deeds.showLogs(!logs)}
          />
          {!isAsked && (
            <Button
              ref={ask}
              name="job-again"
              label={trans.__('Start again…')}
              hint={trans.__('Start again… %1: shows its price first', job.name)}
              onClick={deeds.plan}
            />
          )}
        </div>
      )}
      {again && <Again {...props} again={again} />}
      {logs && <Logs {...props} logs={logs} />}
    </Part>
  );
}
