import { cleanup, fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CHANGED } from '../api/feed';
import type { Check } from '../api/types';
import { domainState, part, parts, problem } from '../testing/domain';
import { report } from '../testing/panel';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { DoctorModel } from './model';
import { DoctorView, type IDoctorProps } from './view';
import { asText, footerWords, groups, headline } from './words';

const PATH = '/base/sm-onboard/domain/doctor';

function check(id: string, state: Check['state'], more: Partial<Check> = {}): Check {
  return {
    id,
    title: id,
    state,
    message: `${id} says so.`,
    problem: null,
    found_by: '',
    ...more
  };
}

const checks = [
  check('credentials', 'works'),
  check('prices', 'limited'),
  check('apps', 'denied', {
    problem: problem({ statement: '{\n  "Sid": "SeeApps"\n}' })
  }),
  check('rstudio', 'not_here'),
  check('open', 'fails', {
    problem: problem({
      code: 'aws.unreachable',
      action: '',
      statement: '',
      endpoint: 'aws.sagemaker.eu-west-1.studio'
    })
  })
];
const told = report({
  checks,
  works: 1,
  facts: [['Role', 'acme-ds-alice']],
  how: 'By asking IAM.'
});

describe('the page', () => {
  function show(more: Partial<IDoctorProps> = {}) {
    cleanup();
    const deeds = { again: vi.fn(), copy: vi.fn() };
    const props = {
      report: told,
      looking: false,
      error: null,
      slow: false,
      trans,
      deeds,
      ...more
    };
    const { container } = render(<DoctorView {...props} />);
    return { container, deeds };
  }
  const control = (container: HTMLElement, id: string, name: string) =>
    container.querySelector<HTMLElement>(
      `[data-smo-check="${id}"] [data-smo-do="${name}"]`
    )!;

  it('tells what fails first', () => {
    const { container } = show();
    const ids = [...container.querySelectorAll<HTMLElement>('[data-smo-check]')];
    expect(ids.map(line => line.dataset.smoCheck)).toEqual([
      'apps',
      'open',
      'prices',
      'credentials',
      'rstudio'
    ]);
    expect(container.querySelector('h1')!.textContent).toBe('1 of 4 things work here');
  });

  it('has for each the thing to copy', () => {
    const { container, deeds } = show();
    fireEvent.click(control(container, 'apps', 'copy-statement'));
    expect(deeds.copy).toHaveBeenLastCalledWith('{\n  "Sid": "SeeApps"\n}');
    expect(container.textContent).toContain('whoever looks after the role acme-ds-alice');
    fireEvent.click(control(container, 'open', 'copy-for-admin'));
    expect(deeds.copy.mock.lastCall![0]).toContain('aws.sagemaker.eu-west-1.studio');
    expect(control(container, 'credentials', 'copy-statement')).toBeNull();
  });

  it('shows of many that work a few, and the rest on demand', () => {
    const many = Array.from({ length: 14 }, (_, at) => check(`w${at}`, 'works'));
    const { container } = show({ report: report({ checks: many, works: 14 }) });
    expect(container.querySelectorAll('[data-smo-check]')).toHaveLength(6);
    fireEvent.click(container.querySelector('[data-smo-do="more-works"]')!);
    expect(container.querySelectorAll('[data-smo-check]')).toHaveLength(14);
    expect(container.querySelector('h1')!.textContent).toBe('Everything works here');
  });

  it('keeps the old lines while it looks again', () => {
    const { container } = show({ report: { ...told, state: 'looking' }, looking: true });
    expect(container.querySelectorAll('[data-smo-check]')).toHaveLength(5);
    expect(
      container.querySelector<HTMLButtonElement>('[data-smo-do="again"]')!.disabled
    ).toBe(true);
  });

  it('is text as a report', () => {
    const text = asText(told, trans);
    expect(text).toContain('[Not allowed] apps: apps says so.');
    expect(text).toContain('"Sid": "SeeApps"');
    expect(text).toContain('Role: acme-ds-alice');
    expect(text.indexOf('apps')).toBeLessThan(text.indexOf('credentials'));
  });
});

it('does not count what makes no sense here', () => {
  expect(groups(checks).broken).toHaveLength(3);
  expect(headline(report({ checks: [checks[3]!] }), trans)).toBe('Nobody has looked yet');
});

describe('the footer', () => {
  it('counts what the doctor found', () => {
    expect(footerWords(told, null, trans)).toMatchObject({
      state: 'trouble',
      says: '3 things do not work'
    });
    const well = report({ checks: [checks[0]!], works: 1 });
    expect(footerWords(well, null, trans).says).toBe('Everything here works');
  });

  it('says without a doctor what was met, each thing once, and promises nothing', () => {
    const denied = (name: 'apps' | 'here') =>
      part(name, { state: 'failed', problem: problem() });
    const state = domainState({ parts: parts(denied('apps'), denied('here')) });
    expect(footerWords(null, state, trans).says).toBe('1 thing does not work');
    expect(footerWords(null, domainState(), trans).says).toBe('No trouble seen');
    expect(footerWords(null, null, trans).state).toBe('unknown');
  });

  it('says who has not answered', () => {
    const slow = problem({
      code: 'domain.slow',
      message: 'SageMaker has not answered for 4 s.'
    });
    const state = domainState({
      parts: parts(part('apps', { state: 'loading', problem: slow }))
    });
    expect(footerWords(null, state, trans)).toMatchObject({
      state: 'waiting',
      says: slow.message
    });
  });
});

describe('the model', () => {
  let server: FakeServer;
  let model: DoctorModel;
  let now = told;

  beforeEach(() => {
    server = new FakeServer();
    now = report({ revision: 0, state: 'idle' });
    server.answer = () => ({ json: now });
    model = new DoctorModel({ serverSettings: server.settings, events: server.events });
  });
  afterEach(() => model.dispose());

  it('asks nothing until somebody looks', async () => {
    server.events.emit({ schema_id: CHANGED, room: 'domain', id: 'doctor', revision: 1 });
    await new Promise(done => setTimeout(done, 20));
    expect(server.asks).toEqual([]);
    model.look('footer', true);
    await vi.waitFor(() => expect(model.report?.state).toBe('idle'));
    expect(server.count('POST', PATH)).toBe(0);
  });

  it('looks once for a double click, and shows what came of it', async () => {
    model.look('page', true);
    await vi.waitFor(() => expect(model.report).not.toBeNull());
    now = report({ revision: 1, state: 'looking' });
    void model.examine();
    await model.examine();
    await vi.waitFor(() => expect(model.report?.state).toBe('looking'));
    expect(server.count('POST', PATH)).toBe(1);
    now = report({ revision: 2, checks, works: 1 });
    server.events.emit({ schema_id: CHANGED, room: 'domain', id: 'doctor', revision: 2 });
    await vi.waitFor(() => expect(model.report?.state).toBe('done'));
    expect(model.looking).toBe(false);
  });

  it('does not follow the events of the domain’s parts', async () => {
    model.look('page', true);
    await vi.waitFor(() => expect(model.report).not.toBeNull());
    const before = server.asks.length;
    server.events.emit({ schema_id: CHANGED, room: 'domain', id: '', revision: 99 });
    await new Promise(done => setTimeout(done, 300));
    expect(server.asks).toHaveLength(before);
  });

  it('takes the report of a restarted server, which counts anew', async () => {
    now = report({ revision: 7, checks, works: 1 });
    model.look('page', true);
    await vi.waitFor(() => expect(model.report?.revision).toBe(7));
    now = report({ revision: 0, state: 'idle' });
    void model.feed.refresh();
    await vi.waitFor(() => expect(model.report?.state).toBe('idle'));
  });

  it('says why it could not look', async () => {
    model.look('page', true);
    const json = { code: 'core.denied', message: 'No.', hint: '' };
    server.answer = ask =>
      ask.method === 'POST' ? { status: 403, json } : { json: now };
    await model.examine();
    expect(model.refusal).toMatchObject(json);
    expect(model.looking).toBe(false);
  });
});
