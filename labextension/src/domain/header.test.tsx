import { act, fireEvent } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { RequestError } from '../api/request';
import type { IdleSetting } from '../api/types';
import { domainState, here, part, parts, problem } from '../testing/domain';
import { disk, price, showPart } from '../testing/panel';
import { Header } from './header';

afterEach(() => vi.useRealTimers());

const idle: IdleSetting = {
  enabled: true,
  minutes: 60,
  source: 'domain',
  minimum: 60,
  maximum: 360,
  changeable: true,
  why_not: ''
};

const full = domainState({ here: here({ price, idle, idle_for: 12, storage: disk }) });

it('says who and where one is, and three things about it', () => {
  const { container, one } = showPart(Header, { state: full });
  expect(container.textContent).toContain('alice in acme-ml');
  expect(container.textContent).toContain('alice-lab · private space');
  expect(one('[data-smo-cell="price"]').textContent).toBe('$0.23 / hml.m5.xlarge');
  expect(one('[data-smo-cell="idle"]').textContent).toBe('60 min idlein use now');
  expect(one('[data-smo-cell="storage"]').textContent).toBe('38 of 100 GBEBS, own disk');
  expect(one('.smo-Bar-done').style.width).toBe('38%');
});

it('says the same in one line where it is narrow', () => {
  const { one } = showPart(Header, { state: full, narrow: true });
  expect(one('.smo-Cells').textContent).toBe('$0.23 / hin use now38 / 100 GB');
  expect(one('[data-smo-do="launch"]').getAttribute('aria-label')).toContain('Open');
});

describe('while it waits', () => {
  it('keeps the place of the cells before the first answer', () => {
    const { container } = showPart(Header, {});
    const states = [...container.querySelectorAll<HTMLElement>('[data-smo-cell]')];
    expect(states.map(cell => cell.dataset.smoCellState)).toEqual(
      Array(3).fill('loading')
    );
  });

  it('shows what is known beside what is not', () => {
    const state = domainState({
      here: here({ instance: null, storage: disk }),
      parts: parts(part('apps', { state: 'loading' }), part('here', { state: 'loading' }))
    });
    const { one } = showPart(Header, { state });
    expect(one('[data-smo-cell="price"]').dataset.smoCellState).toBe('loading');
    expect(one('[data-smo-cell="idle"]').dataset.smoCellState).toBe('loading');
    expect(one('[data-smo-cell="storage"]').dataset.smoCellState).toBe('ready');
  });

  it('says after 3 s that the disk does not answer', () => {
    vi.useFakeTimers();
    const { one } = showPart(Header, { state: domainState() });
    expect(one('[data-smo-cell="storage"]').dataset.smoCellState).toBe('loading');
    act(() => {
      vi.advanceTimersByTime(3100);
    });
    fireEvent.click(one('[data-smo-cell="storage"]'));
    expect(one('[data-smo-detail]').textContent).toContain('has not answered for 3 s');
  });
});

it('tells a denied cell by a padlock, the action and its statement', () => {
  const denied = problem({
    action: 'sagemaker:DescribeSpace',
    statement: '{"Sid": "x"}'
  });
  const state = domainState({
    here: here({ price, storage: disk }),
    parts: parts(part('here', { state: 'partial', problem: denied }))
  });
  const { one, control, deeds } = showPart(Header, { state });
  const cell = one('[data-smo-cell="idle"]');
  expect(cell.dataset.smoCellState).toBe('trouble');
  expect(cell.querySelector('[data-smo-icon="denied"]')).not.toBeNull();
  expect(one('[data-smo-cell="price"]').dataset.smoCellState).toBe('ready');
  fireEvent.click(cell);
  expect(one('[data-smo-detail="idle"]').textContent).toContain(
    'sagemaker:DescribeSpace'
  );
  fireEvent.click(control('copy-statement')!);
  expect(deeds.copy).toHaveBeenCalledWith('{"Sid": "x"}');
  expect(control('copy-statement')!.textContent).toBe('Copied');
});

it('never says 0 for a price that nobody knows', () => {
  const state = domainState({ here: here({ storage: disk }) });
  const cell = showPart(Header, { state }).one('[data-smo-cell="price"]');
  expect(cell.textContent).toBe('unknownml.m5.xlarge');
});

it('warns in words before the disk is full', () => {
  const storage = { ...disk, used: disk.total! - 4 * 1024 ** 3 };
  const cell = showPart(Header, { state: domainState({ here: here({ storage }) }) }).one(
    '[data-smo-cell="storage"]'
  );
  expect(cell.textContent).toBe('96 of 100 GB4 GB left');
  expect(cell.querySelector('[data-smo-icon="inTheWay"]')).not.toBeNull();
});

describe('the idle stop', () => {
  function opened(setting: IdleSetting = idle) {
    const state = domainState({
      here: here({ idle: setting, idle_for: 600, storage: disk })
    });
    const shown = showPart(Header, { state });
    fireEvent.click(shown.one('[data-smo-cell="idle"]'));
    const field = shown.container.querySelector<HTMLInputElement>('input[type="number"]');
    return { ...shown, field };
  }

  it('tells who set it, and takes what is allowed and nothing else', async () => {
    const { field, control, deeds, one } = opened();
    expect(one('[data-smo-detail]').textContent).toContain(
      '60 min without use; from the domain'
    );
    for (const wrong of ['', '59', '361', '90.5', 'x']) {
      fireEvent.change(field!, { target: { value: wrong } });
      expect(control('set-idle')!.disabled).toBe(true);
    }
    fireEvent.change(field!, { target: { value: '90' } });
    await act(async () => fireEvent.click(control('set-idle')!));
    expect(deeds.setIdle).toHaveBeenCalledExactlyOnceWith(90);
    expect(one('[data-smo-detail]').textContent).toContain('Set; it holds from now on.');
  });

  it('says in place why it was refused', async () => {
    const { field, control, deeds, one } = opened();
    deeds.setIdle.mockRejectedValue(
      new RequestError('aws.forbidden', 'You may not.', 'Ask.')
    );
    fireEvent.change(field!, { target: { value: '90' } });
    await act(async () => fireEvent.click(control('set-idle')!));
    expect(one('[role="alert"]').textContent).toBe('You may not. Ask.');
  });

  it('offers no change where there is none, and says why', () => {
    const { field, one } = opened({
      ...idle,
      changeable: false,
      why_not: 'One value only.'
    });
    expect(field).toBeNull();
    expect(one('[data-smo-detail]').textContent).toContain('One value only.');
  });

  it('closes with Escape, and the focus is where it was', () => {
    const { one, container } = opened();
    fireEvent.keyDown(one('[data-smo-detail]'), { key: 'Escape' });
    expect(container.querySelector('[data-smo-detail]')).toBeNull();
    expect(document.activeElement).toBe(one('[data-smo-cell="idle"]'));
  });
});

it('counts nobody as the owner of a shared space', () => {
  const state = domainState({
    here: here({
      person: null,
      space: 'team-board',
      shared: true,
      members: ['bob', 'carol', 'dan']
    })
  });
  const { one } = showPart(Header, { state });
  expect(one('.smo-Header-who').textContent).toBe('team-board in acme-ml');
  expect(one('.smo-Header-says').textContent).toBe(
    'shared space with bob, carol and 1 more'
  );
  expect(one('.smo-Header-picture [data-smo-icon]').dataset.smoIcon).toBe('team');
});

describe('outside Studio', () => {
  const outside = here({
    kind: 'elsewhere',
    person: null,
    space: null,
    domain_name: null
  });

  it('has no cells, and says region and account', () => {
    const { container, one, control } = showPart(Header, {
      state: domainState({ here: outside })
    });
    expect(one('.smo-Header-who').textContent).toBe('On your own machine');
    expect(one('.smo-Header-says').textContent).toBe('eu-west-1 · 123456789012');
    expect(container.querySelector('[data-smo-cell]')).toBeNull();
    expect(control('launch')).toBeNull();
  });

  it('says that one is not signed in', () => {
    const signIn = problem({ code: 'aws.no_credentials', action: '', statement: '' });
    const state = domainState({
      here: outside,
      parts: parts(part('here', { state: 'failed', problem: signIn }))
    });
    expect(showPart(Header, { state }).one('.smo-Header-says').textContent).toContain(
      'not signed in to AWS'
    );
  });
});

it('offers to ask again where the server never answered', () => {
  const error = new RequestError('client.no_answer', 'The server did not answer.');
  const { control, deeds } = showPart(Header, { error });
  fireEvent.click(control('again')!);
  expect(deeds.again).toHaveBeenCalled();
});

it('keeps a hostile name as text', () => {
  const name = '<img src=x onerror=alert(1)>';
  const { container } = showPart(Header, {
    state: domainState({ here: here({ person: name, domain_name: name }) })
  });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain(name);
});
