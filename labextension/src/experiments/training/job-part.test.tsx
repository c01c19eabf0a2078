import { act, cleanup, fireEvent, render } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';
import { describe, expect, it, vi } from 'vitest';

import { facts, plan } from '../../testing/training';
import { trans } from '../../testing/view';
import { RequestError } from '../../api/request';
import { JobPart, type IJobDeeds } from './job-part';
import type { IAgain, IJob, ILogs } from './model';

const EVIL = '<img src=x onerror=alert(1)>';
const AGAIN: IAgain = { state: 'planned', plan: plan(), started: null, problem: null };
const LOGS: ILogs = {
  lines: ['first', EVIL].map(text => ({ from: 'algo-1', text, more: false })),
  streams: 2,
  streamsCut: 1,
  state: 'lines',
  dropped: 3,
  more: true,
  asking: false,
  problem: null
};

function show(more: Partial<IJob> = {}) {
  cleanup();
  const deeds = {
    refresh: vi.fn<IJobDeeds['refresh']>(),
    showLogs: vi.fn<IJobDeeds['showLogs']>(),
    moreLogs: vi.fn<IJobDeeds['moreLogs']>(),
    plan: vi.fn<IJobDeeds['plan']>(),
    start: vi.fn<IJobDeeds['start']>(),
    forget: vi.fn<IJobDeeds['forget']>(),
    copy: vi.fn<IJobDeeds['copy']>()
  };
  const shown: IJob = {
    job: facts(),
    problem: null,
    logs: null,
    again: null,
    ...more
  };
  const part = (now: IJob) => (
    <JobPart id="s.1" shown={now} trans={trans} deeds={deeds} />
  );
  const { container, rerender } = render(part(shown));
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  return {
    container,
    deeds,
    query,
    then: (next: Partial<IJob>) => act(() => rerender(part({ ...shown, ...next }))),
    click: (name: string) => fireEvent.click(query(`[data-smo-do="${name}"]`)!)
  };
}

describe('the training job', () => {
  it('tells its facts as text', () => {
    const { container } = show({
      job: facts({ failure: EVIL, image: EVIL, status: 'failed', secondary: EVIL })
    });
    expect(container.querySelector('img')).toBeNull();
    for (const words of [
      'failed',
      EVIL,
      '2 x ml.m5.large, spot',
      '6:12, 5:40 billed for each instance',
      'eta',
      'val_auc 0.8904',
      's3://bucket/train',
      'arn:aws:iam::1:role/trains'
    ]) {
      expect(container.textContent).toContain(words);
    }
  });

  it('asks a second time before it costs anything, with the focus on the safe button', () => {
    const first = show();
    first.click('job-again');
    expect(first.deeds.plan).toHaveBeenCalled();
    expect(first.deeds.start).not.toHaveBeenCalled();
    const { query, deeds, click, container } = show({ again: AGAIN });
    expect(document.activeElement).toBe(query('[data-smo-do="job-cancel"]'));
    expect(query('[data-smo-do="job-start"]')?.textContent).toBe(
      'Start, up to $0.25 / h'
    );
    for (const words of ['It costs up to', 'Another image.', 'TrainingJobName', 'cut']) {
      expect(container.textContent).toContain(words);
    }
    fireEvent.keyDown(query('[data-smo-again]')!, { key: 'Escape' });
    expect(deeds.forget).toHaveBeenCalled();
    click('job-start');
    expect(deeds.start).toHaveBeenCalledTimes(1);
  });

  it('never says that an unknown price is none', () => {
    const { query } = show({ again: { ...AGAIN, plan: plan({ per_hour: null }) } });
    expect(query('[data-smo-do="job-start"]')?.textContent).toContain('unknown');
  });

  it('offers no start where it was refused, and the statement that is missing', () => {
    const problem = { code: 'x', message: 'You may not.', hint: '', statement: '{}' };
    const { query, deeds, click } = show({
      again: { ...AGAIN, state: 'failed', problem: problem as never }
    });
    expect(query('[data-smo-do="job-start"]')).toBeNull();
    expect(query('[role="status"]')?.textContent).toBe('churn-2 was not started.');
    click('copy-statement');
    expect(deeds.copy).toHaveBeenCalledWith('{}');
    click('again');
    expect(deeds.plan).toHaveBeenCalled();
  });

  it('does not say that nothing was started where no answer came', () => {
    const problem = new RequestError('client.no_answer', 'The server did not answer.');
    const { query } = show({ again: { ...AGAIN, state: 'failed', problem } });
    expect(query('[role="status"]')?.textContent).toContain('is not known');
  });

  it('says what of today may not be looked at, and the statement for it', () => {
    const problem = {
      code: 'aws.forbidden',
      message: 'Your role may not call ecr:DescribeImages.',
      hint: '',
      action: 'ecr:DescribeImages',
      statement: '{"Sid": 1}'
    };
    const part = {
      part: 'image',
      state: 'unknown',
      text: 'Not known.',
      problem
    } as const;
    const { query, deeds, click } = show({
      again: { ...AGAIN, plan: plan({ parts: [part as never] }) }
    });
    expect(query('[data-smo-part="image"]')?.textContent).toContain('may not call');
    expect(query('[data-smo-do="job-start"]')).not.toBeNull();
    click('copy-statement');
    expect(deeds.copy).toHaveBeenCalledWith('{"Sid": 1}');
  });

  it('says what was started, and may be asked for one more', () => {
    const started = { name: 'churn-2', arn: 'arn:2', problem: null };
    const { query, deeds, click } = show({
      again: { ...AGAIN, state: 'started', started }
    });
    expect(query('[data-smo-again="started"]')?.textContent).toContain('churn-2');
    expect(query('[data-smo-do="job-start"]')).toBeNull();
    click('copy-arn');
    expect(deeds.copy).toHaveBeenCalledWith('arn:2');
    click('job-again');
    expect(deeds.plan).toHaveBeenCalled();
  });

  it('keeps the focus where it was asked from', () => {
    const { query, then } = show({ again: { ...AGAIN, state: 'looking', plan: null } });
    const cancel = query('[data-smo-do="job-cancel"]');
    expect(document.activeElement).toBe(cancel);
    const logs = query('[data-smo-do="job-logs"]')!;
    logs.focus();
    then({ again: AGAIN });
    expect(document.activeElement).toBe(logs);
    query('[data-smo-do="job-start"]')!.focus();
    const started = { name: 'churn-2', arn: '', problem: null };
    then({ again: { ...AGAIN, state: 'started', started } });
    expect(document.activeElement).toBe(query('[data-smo-again]'));
    then({ again: null });
    expect(document.activeElement).toBe(query('[data-smo-do="job-again"]'));
  });

  it('shows its logs, from which machine each line is, and that there are more', () => {
    const { query, deeds, click, container } = show({ logs: LOGS });
    const lines = `[algo-1] first\n[algo-1] ${EVIL}`;
    expect(query('[role="log"]')?.textContent).toBe(lines);
    expect(container.querySelector('img')).toBeNull();
    for (const words of ['3 earlier lines are no longer shown', 'the first 2']) {
      expect(query('[data-smo-logs]')?.textContent).toContain(words);
    }
    click('more-logs');
    expect(deeds.moreLogs).toHaveBeenCalled();
    click('copy-logs');
    expect(deeds.copy).toHaveBeenCalledWith(lines);
    click('job-logs');
    expect(deeds.showLogs).toHaveBeenCalledWith(false);
  });

  it('says why there is no line', () => {
    const none = (state: ILogs['state']) =>
      show({ logs: { ...LOGS, lines: [], state } }).query('[data-smo-logs]')?.textContent;
    expect(none('none_yet')).toContain('nothing yet');
    expect(none('none')).toContain('no logs');
    expect(none('expired')).toContain('no longer kept');
  });

  it('shows the first of many values, and all of them when asked', () => {
    const hyperparameters = Array.from({ length: 30 }, (_, at) => ({
      name: `h${at}`,
      value: at === 0 ? 'x'.repeat(999) : 'v',
      more: false
    }));
    const { container, click } = show({ job: facts({ hyperparameters }) });
    expect(container.textContent).not.toContain('h29');
    expect(container.textContent).not.toContain('x'.repeat(999));
    click('job-all');
    expect(container.textContent).toContain('h29');
  });

  it('has nothing that axe finds', async () => {
    const { container } = show({ logs: LOGS, again: AGAIN });
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});
