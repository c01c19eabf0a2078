/** A training job as the server tells of it. */

import type { JobFacts, JobLogs, JobPlan } from '../api/types';

export function facts(more: Partial<JobFacts> = {}): JobFacts {
  return {
    name: 'churn-1',
    arn: 'arn:aws:sagemaker:eu-west-1:1:training-job/churn-1',
    status: 'finished',
    secondary: 'Completed',
    failure: '',
    instances: '2 x ml.m5.large',
    spot: true,
    image: '1.dkr.ecr/xgboost:1',
    role: 'arn:aws:iam::1:role/trains',
    created: 1_790_000_000_000,
    started: 1_790_000_000_000,
    ended: 1_790_000_372_000,
    billable: 340,
    hyperparameters: [{ name: 'eta', value: '0.06', more: false }],
    channels: [{ name: 'train', address: 's3://bucket/train' }],
    output: '',
    model: '',
    metrics: [{ name: 'val_auc', value: 0.8904 }],
    cut: 0,
    ...more
  };
}

export function jobLogs(texts: readonly string[], more: Partial<JobLogs> = {}): JobLogs {
  return {
    state: texts.length > 0 ? 'lines' : 'none',
    streams: ['algo-1'],
    streams_cut: 0,
    lines: texts.map(text => ({ stream: 0, time: 1, text, more: false })),
    next: '',
    end: true,
    problem: null,
    ...more
  };
}

export function plan(more: Partial<JobPlan> = {}): JobPlan {
  return {
    run: 's.1',
    name: 'churn-2',
    of: 'churn-1',
    region: 'eu-west-1',
    account: '1',
    instances: '2 x ml.m5.large',
    per_hour: 0.25,
    price_source: 'table',
    price_date: '2026-09-24',
    longest: 3600,
    parts: [{ part: 'image', state: 'differs', text: 'Another image.', problem: null }],
    confirm: 'It costs up to $0.25 an hour.',
    request: '{"TrainingJobName": "churn-2"}',
    request_cut: true,
    digest: 'd1',
    ...more
  };
}
