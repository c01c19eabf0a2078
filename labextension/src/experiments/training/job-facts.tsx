/** What SageMaker says of a job. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { JobFacts } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count, fullDate, moment } from '../format';
import { valueWords } from '../latest';
import { Fact } from '../run/part';
import { LongText } from '../run/told';
import { STATES } from '../states';
import { statusWords, timeWords } from './words';

/** Values that are shown before somebody asks for all. */
const SHOWN = 8;

export function JobFactsList(props: {
  job: JobFacts;
  trans: TranslationBundle;
  copy(text: string): void;
}): React.ReactElement {
  const { job, trans } = props;
  const look = job.status === 'stopping' ? 'running' : job.status;
  const [icon, tone] = STATES[look] ?? (['skipped', 'quiet'] as const);
  return (
    <dl className="smo-Run-facts" data-smo-job={job.status}>
      <Fact name={trans.__('State')}>
        <span className="smo-Job-state">
          <Icon name={icon} tone={tone} /> {statusWords(job, trans)}
        </span>
      </Fact>
      <Fact name={trans.__('Why')}>{job.failure}</Fact>
      <Fact name={trans.__('Instances')}>
        {job.instances !== '' &&
          (job.spot ? trans.__('%1, spot', job.instances) : job.instances)}
      </Fact>
      <Fact name={trans.__('Asked for')}>
        {job.started === null && job.created !== null && <When time={job.created} />}
      </Fact>
      <Fact name={trans.__('Started')}>
        {job.started !== null && <When time={job.started} />}
      </Fact>
      <Fact name={trans.__('Time')}>{timeWords(job, trans)}</Fact>
      {some(
        trans.__('Metrics'),
        job.metrics.map(({ name, value }) => [
          name,
          <span key="value" title={String(value)}>
            {valueWords(value)}
          </span>
        ]),
        trans
      )}
      {some(
        trans.__('Hyperparameters'),
        job.hyperparameters.map(({ name, value, more }) => [
          name,
          <LongText
            key="value"
            text={value}
            more={more}
            name={name}
            whole={() => Promise.resolve({ text: value, more })}
            copy={props.copy}
            trans={trans}
          />
        ]),
        trans
      )}
      {some(
        trans.__('Data'),
        job.channels.map(({ name, address }) => [
          name,
          <code key="value">{address}</code>
        ]),
        trans
      )}
      <Fact name={job.model === '' ? trans.__('Output') : trans.__('Model')}>
        {(job.model || job.output) !== '' && <code>{job.model || job.output}</code>}
      </Fact>
      <Fact name={trans.__('Image')}>
        {job.image !== '' && <code dir="ltr">{job.image}</code>}
      </Fact>
      <Fact name={trans.__('Role')}>
        {job.role !== '' && <code dir="ltr">{job.role}</code>}
      </Fact>
      <Fact name={trans.__('Left out')}>
        {job.cut > 0 &&
          trans._n('%2 more value', '%2 more values', job.cut, count(job.cut))}
      </Fact>
    </dl>
  );
}

function When(props: { time: number }): React.ReactElement {
  return <span title={fullDate(props.time)}>{moment(props.time)}</span>;
}

/** Names and values, the first of them at once; nothing where there are none. */
function some(
  name: string,
  rows: readonly (readonly [string, React.ReactNode])[],
  trans: TranslationBundle
): React.ReactElement {
  return (
    <Fact name={name}>{rows.length > 0 && <Some {...{ name, rows, trans }} />}</Fact>
  );
}

function Some(props: {
  name: string;
  rows: readonly (readonly [string, React.ReactNode])[];
  trans: TranslationBundle;
}): React.ReactElement {
  const { name, rows, trans } = props;
  const [isWhole, setWhole] = React.useState(false);
  const isCut = !isWhole && rows.length > SHOWN;
  return (
    <>
      {(isCut ? rows.slice(0, SHOWN) : rows).map(([of, value], index) => (
        <div key={index}>
          <span className="smo-secondary">{of}</span> {value}
        </div>
      ))}
      {isCut && (
        <Button
          name="job-all"
          look="link"
          label={trans.__('Show all %1', count(rows.length))}
          hint={trans.__('Show all %1: %2', count(rows.length), name)}
          onClick={() => setWhole(true)}
        />
      )}
    </>
  );
}
