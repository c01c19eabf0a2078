/** Sentences of a training job. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobFacts, JobPlan } from '../../api/types';
import { count, stopwatch } from '../format';
import type { IAgain, ILogLine, ILogs } from './model';

export const IS_JOB = /:training-job\//u;

export function statusWords(job: JobFacts, trans: TranslationBundle): string {
  const words = {
    running: trans.__('running'),
    finished: trans.__('finished'),
    failed: trans.__('failed'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    unknown: trans.__('not known')
  }[job.status];
  const again = job.secondary.toLowerCase() === words || job.secondary === 'Completed';
  return job.secondary === '' || again ? words : `${words}, ${job.secondary}`;
}

/** "6:12, 5:40 billed" */
export function timeWords(job: JobFacts, trans: TranslationBundle): string {
  const { started, ended, billable, instances } = job;
  const span = started !== null && ended !== null ? stopwatch(ended - started) : '';
  if (billable === null) {
    return span;
  }
  const isOne = instances === '' || /^1 x [^+]*$/u.test(instances);
  const billed = isOne
    ? trans.__('%1 billed', stopwatch(billable * 1000))
    : trans.__('%1 billed for each instance', stopwatch(billable * 1000));
  return [span, billed].filter(Boolean).join(', ');
}

/** What is said of the logs besides their lines. */
export function logsWords(logs: ILogs, trans: TranslationBundle): string {
  if (logs.asking) {
    return trans.__('Reading the logs.');
  }
  switch (logs.state) {
    case 'none_yet':
      return trans.__('The job has written nothing yet.');
    case 'none':
      return trans.__('The job left no logs.');
    case 'expired':
      return trans.__('Its logs are no longer kept: CloudWatch has deleted them.');
    default:
      return '';
  }
}

/** Which machine wrote it is said where there are several: "[algo-1-1700000000] epoch 3" */
export function lineWords(line: ILogLine, several: boolean): string {
  return `${several ? `[${line.from}] ` : ''}${line.text}${line.more ? '…' : ''}`;
}

export function droppedWords(logs: ILogs, trans: TranslationBundle): string {
  return logs.dropped === 0
    ? ''
    : trans._n(
        '%2 earlier line is no longer shown.',
        '%2 earlier lines are no longer shown.',
        logs.dropped,
        count(logs.dropped)
      );
}

export function moreStreamsWords(logs: ILogs, trans: TranslationBundle): string {
  return trans.__(
    'The job has more machines; these are the logs of the first %1.',
    count(logs.streams)
  );
}

/** What is said aloud of starting it again, and stands above everything else. */
export function toldWords(again: IAgain, trans: TranslationBundle): string {
  const { state, plan, started, problem } = again;
  switch (state) {
    case 'looking':
      return trans.__('What it would ask of SageMaker today is looked at.');
    case 'planned':
      return plan?.confirm ?? '';
    case 'starting':
      return trans.__('Starting %1.', plan?.name ?? '');
    case 'started':
      return trans.__(
        'Started %1. What it records names this run as the one it repeats.',
        started?.name ?? ''
      );
    case 'failed':
      if (plan === null) {
        return trans.__('Nothing was started.');
      }
      return UNSURE.test(problem?.code ?? '')
        ? trans.__(
            'Whether %1 was started is not known. Retry asks for the same job, so there is never a second one.',
            plan.name
          )
        : trans.__('%1 was not started.', plan.name);
  }
}

/** The answer did not come: what was asked may have been done. */
const UNSURE = /^client\.|^aws\.(unreachable|failed)$/u;

/** "Start, up to $1.41 / h" */
export function startWords(plan: JobPlan, trans: TranslationBundle): string {
  return plan.per_hour === null
    ? trans.__('Start, its price is unknown')
    : trans.__('Start, up to $%1 / h', plan.per_hour.toFixed(2));
}

export function partWords(
  part: JobPlan['parts'][number]['part'],
  trans: TranslationBundle
): string {
  return {
    image: trans.__('Image'),
    data: trans.__('Data'),
    role: trans.__('Role'),
    price: trans.__('Price'),
    tags: trans.__('Tags')
  }[part];
}
