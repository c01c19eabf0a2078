import { fireEvent } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { RequestError } from '../api/request';
import type { Running } from '../api/types';
import {
  app,
  bobs,
  cost,
  domainState,
  here,
  part,
  parts,
  problem
} from '../testing/domain';
import { ownApps, showPart } from '../testing/panel';
import { trans } from '../testing/view';
import { roomSummary, rowNews } from './panelwords';
import { DomainRoom } from './room';

const lab = app('alice-lab', { this_one: true, stop: 'this_one', idle_for: 10 });
const gpu = app('tuning-gpu', {
  app_type: 'CodeEditor',
  state: 'idle',
  idle_for: 6 * 3600,
  per_hour: 1.41
});
const apps = ownApps(
  lab,
  bobs('bobs-lab', { per_hour: 9 }),
  gpu,
  app('old', { state: 'stopped' })
);

function ids(container: HTMLElement): (string | undefined)[] {
  const rows = [...container.querySelectorAll<HTMLElement>('[data-smo-app]')];
  return rows.map(row => row.dataset.smoApp);
}

it('lists what runs of one’s own, the dearest first, and marks this one', () => {
  const { container, one } = showPart(DomainRoom, { state: domainState(), apps });
  expect(ids(container)).toEqual(['tuning-gpu', 'alice-lab']);
  expect(one('[data-smo-app="tuning-gpu"]').textContent).toContain('$1.41');
  expect(one('[data-smo-app="tuning-gpu"]').textContent).toContain('idle 6 h');
  expect(one('[data-smo-this]').textContent).toContain('this one');
  expect(one('[data-smo-this]').querySelector('[data-smo-do="stop"]')).toBeNull();
});

describe('the title says', () => {
  const says = (...rows: Running[]) =>
    roomSummary(domainState({ cost: cost() }), rows, trans);

  it('what one pays an hour', () => expect(says(...apps.rows)).toBe('you $1.64 / h'));
  it('that it may be more', () =>
    expect(says(gpu, app('x', { per_hour: null }))).toBe('you at least $1.41 / h'));
  it('never 0 for what is unknown', () =>
    expect(says(app('x', { per_hour: null }))).toBe('you: price unknown'));
  it('nothing when nothing of one’s own runs', () => expect(says(bobs('b'))).toBe(''));
  it('what all pay, where nobody is “you”', () => {
    const state = domainState({
      cost: cost(),
      here: here({ shared: true, person: null })
    });
    expect(roomSummary(state, apps.rows, trans)).toBe('all $1.64 / h');
  });
});

describe('stopping takes a second step', () => {
  it('in the row, with the focus on the safe answer', () => {
    const { one, control, deeds } = showPart(DomainRoom, { state: domainState(), apps });
    fireEvent.click(control('stop')!);
    const step = one('[data-smo-step="stop"]');
    expect(step.textContent).toContain('Stop tuning-gpu?');
    expect(step.textContent).toContain('lost');
    expect(control('go')!.textContent).toBe('Stop, saves $1.41 / h');
    expect(document.activeElement).toBe(control('keep'));
    expect(deeds.stop).not.toHaveBeenCalled();
    fireEvent.click(control('go')!);
    expect(deeds.stop).toHaveBeenCalledExactlyOnceWith('tuning-gpu');
  });

  it('that Escape does not take', () => {
    const { container, one, control, deeds } = showPart(DomainRoom, {
      state: domainState(),
      apps
    });
    fireEvent.click(control('stop')!);
    fireEvent.keyDown(control('keep')!, { key: 'Escape' });
    expect(container.querySelector('[data-smo-step]')).toBeNull();
    expect(document.activeElement).toBe(one('[data-smo-app="tuning-gpu"]'));
    expect(deeds.stop).not.toHaveBeenCalled();
  });

  it('that goes when the row stops meanwhile', () => {
    const { container, control, again } = showPart(DomainRoom, {
      state: domainState(),
      apps
    });
    fireEvent.click(control('stop')!);
    again({ apps: ownApps(lab, { ...gpu, state: 'stopping', stop: 'not_running' }) });
    expect(container.querySelector('[data-smo-step]')).toBeNull();
  });

  it('and a refusal is shown in its row', () => {
    const refusals = new Map([
      [
        'tuning-gpu',
        { code: 'aws.forbidden', message: 'You may not stop it.', hint: 'Ask.' }
      ]
    ]);
    const { one } = showPart(DomainRoom, { state: domainState(), apps, refusals });
    expect(one('[data-smo-app="tuning-gpu"]').textContent).toContain(
      'You may not stop it. Ask.'
    );
  });
});

describe('keys', () => {
  it('move, ask and take the main action, with one tab stop', () => {
    const { container, one, deeds } = showPart(DomainRoom, {
      state: domainState(),
      apps
    });
    expect(container.querySelectorAll('[data-smo-app][tabindex="0"]')).toHaveLength(1);
    const [first, second] = [one('[data-smo-app="tuning-gpu"]'), one('[data-smo-this]')];
    first.focus();
    fireEvent.keyDown(first, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second, { key: 'Enter' });
    expect(deeds.page).toHaveBeenCalled();
    fireEvent.keyDown(second, { key: 'Home' });
    fireEvent.keyDown(first, { key: 'Enter' });
    expect(one('[data-smo-step]')).toBeTruthy();
  });
});

describe('what is missing', () => {
  const denied = part('apps', { state: 'partial', problem: problem() });

  it('is one line below what is there', () => {
    const state = domainState({ parts: parts(denied) });
    const { one, control, deeds } = showPart(DomainRoom, { state, apps: ownApps(lab) });
    expect(one('[data-smo-trouble="apps"]').textContent).toContain('sagemaker:ListApps');
    fireEvent.click(control('copy-statement')!);
    expect(deeds.copy).toHaveBeenCalledWith('{"Effect": "Allow"}');
  });

  it('is told in place of rows where there are none', () => {
    const state = domainState({ parts: parts({ ...denied, state: 'failed' }) });
    const { one, control } = showPart(DomainRoom, { state, apps: ownApps() });
    expect(one('[data-smo-room-state="denied"]').textContent).toContain(
      'You may not list apps'
    );
    expect(control('again')).not.toBeNull();
  });

  it('is waited for, and after 3 s it is said who has not answered', () => {
    const slow = problem({
      code: 'domain.slow',
      message: 'SageMaker has not answered for 3 s.'
    });
    const loading = part('apps', { state: 'loading' });
    const { one, again } = showPart(DomainRoom, {
      state: domainState({ parts: parts(loading) })
    });
    expect(one('[data-smo-room-state="loading"]').textContent).toBe('');
    again({ state: domainState({ parts: parts({ ...loading, problem: slow }) }) });
    expect(one('[data-smo-room-state="loading"]').textContent).toContain(
      'has not answered'
    );
  });

  it('is the Jupyter server itself', () => {
    const error = new RequestError('client.no_answer', 'The server did not answer.');
    const { one, container } = showPart(DomainRoom, {
      state: domainState(),
      apps,
      error
    });
    expect(one('[role="alert"]').textContent).toContain('No answer from the server.');
    expect(ids(container)).toHaveLength(2); // what was known stays
  });
});

it('says in a shared space that nobody owns an app', () => {
  const state = domainState({
    here: here({ shared: true, person: null, space: 'team' })
  });
  const team = app('team', {
    mine: false,
    this_one: true,
    stop: 'this_one',
    owner: null
  });
  const { container } = showPart(DomainRoom, { state, apps: ownApps(team, bobs('b')) });
  expect(ids(container)).toEqual(['team']);
  expect(container.textContent).toContain('nobody counts as the owner');
});

it('lets one choose a domain from outside', () => {
  const choices = ['one', 'two'].map(name => ({
    id: `d-${name}`,
    name,
    status: 'InService'
  }));
  const state = domainState({
    here: here({ kind: 'elsewhere', person: null, space: null, domain_name: null }),
    chosen: null,
    choices
  });
  const { one, deeds } = showPart(DomainRoom, { state });
  fireEvent.change(one('select'), { target: { value: 'd-two' } });
  expect(deeds.choose).toHaveBeenCalledExactlyOnceWith('d-two');
});

it('tells a screen reader what came of a stop, once', () => {
  const stopping: Running = { ...gpu, state: 'stopping' };
  expect(rowNews([gpu], [stopping], trans)).toBe('tuning-gpu is stopping.');
  expect(rowNews([stopping], [], trans)).toBe('tuning-gpu was stopped.');
  expect(rowNews([gpu], [gpu], trans)).toBe('');
});
