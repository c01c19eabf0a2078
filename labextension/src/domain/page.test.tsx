import { act, fireEvent } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { RequestError } from '../api/request';
import type { Part } from '../api/types';
import {
  app,
  apps,
  bobs,
  cost,
  domain,
  domainState,
  here,
  part,
  parts,
  problem,
  profile,
  showDomain,
  space
} from '../testing/domain';

afterEach(() => vi.useRealTimers());

/** The apps tab when one part is in some state. */
function withPart(name: Part['name'], more: Partial<Part>, rows = [app('mine')]) {
  const one = part(name, more);
  return showDomain({
    state: domainState({ parts: parts(one) }),
    apps: apps(rows, { parts: [name === 'apps' ? one : part('apps'), part('others')] })
  });
}

describe('tabs', () => {
  it('are a tablist with one tab stop, and keys', () => {
    const { container, query, deeds } = showDomain({ apps: apps([]) });
    const tabs = [...container.querySelectorAll<HTMLElement>('[role=tab]')];
    expect(tabs.map(tab => tab.dataset.smoTo)).toEqual([
      'settings',
      'profiles',
      'spaces',
      'apps',
      'cost'
    ]);
    expect(tabs.filter(tab => tab.tabIndex === 0)).toHaveLength(1);
    const panel = query('[role=tabpanel]');
    expect(panel?.getAttribute('aria-labelledby')).toBe('smo-domain-tab-apps');
    expect(query('#smo-domain-tab-apps')?.getAttribute('aria-controls')).toBe(panel?.id);
    fireEvent.keyDown(query('[role=tablist]')!, { key: 'ArrowRight' });
    expect(deeds.show).toHaveBeenLastCalledWith('cost');
    expect(document.activeElement?.id).toBe('smo-domain-tab-cost');
    fireEvent.keyDown(query('[role=tablist]')!, { key: 'ArrowRight' });
    expect(deeds.show).toHaveBeenLastCalledWith('settings');
  });

  it('count their rows once those are known, and say no 0 before', () => {
    const state = domainState({
      parts: parts(
        part('profiles', { rows: 500 }),
        part('spaces', { state: 'idle', at: null }),
        part('apps', { rows: 8 }),
        part('others', { rows: 2 })
      )
    });
    const { query } = showDomain({ state, apps: apps([]) });
    expect(query('[data-smo-to=profiles]')?.textContent).toBe('User profiles500');
    expect(query('[data-smo-to=spaces]')?.textContent).toBe('Spaces');
    expect(query('[data-smo-to=apps]')?.textContent).toBe('Apps10');
  });
});

describe('a part that is not simply there', () => {
  it('waits with rows of the final height, and says after 3 s who has not answered', () => {
    vi.useFakeTimers({ now: new Date('2026-11-10T10:00:00Z') });
    const loading = part('apps', {
      state: 'loading',
      at: null,
      since: '2026-11-10T10:00:00Z'
    });
    const { query } = showDomain({
      state: domainState({ parts: parts(loading) }),
      apps: apps([], { parts: [loading] })
    });
    expect(query('[data-smo-room-state=loading]')?.getAttribute('aria-busy')).toBe(
      'true'
    );
    expect(query('.smo-Waiting')?.textContent).toBe('');
    act(() => void vi.advanceTimersByTime(3100));
    expect(query('.smo-Waiting')?.textContent).toBe(
      'SageMaker has not answered for 3 s.'
    );
  });

  it('is denied with the action’s name and the statement to copy', () => {
    const { query, control, deeds } = withPart(
      'apps',
      { state: 'failed', problem: problem() },
      []
    );
    const told = query('[data-smo-trouble=apps]');
    expect(told?.textContent).toContain('You may not list apps');
    expect(told?.querySelector('code')?.textContent).toBe('sagemaker:ListApps');
    expect(told?.querySelector('[data-smo-icon=denied]')).not.toBeNull();
    fireEvent.click(control('copy-statement')!);
    expect(deeds.copy).toHaveBeenCalledExactlyOnceWith('{"Effect": "Allow"}');
    expect(control('copy-statement')?.textContent).toBe('Copied');
    expect(query('[data-smo-room-state]')).toBeNull();
  });

  it('leaves the other parts alone', () => {
    const { query, rows } = withPart('others', {
      state: 'failed',
      problem: problem({ action: 'sagemaker:ListEndpoints' })
    });
    expect(query('[data-smo-trouble=others]')?.textContent).toContain('ListEndpoints');
    expect(rows()).toEqual(['mine']);
  });

  it('is told once where two have the same reason', () => {
    const expired = problem({
      code: 'aws.credentials_expired',
      action: '',
      statement: ''
    });
    const more = { state: 'failed' as const, problem: expired };
    const { container } = showDomain({
      state: domainState({ parts: parts(part('apps', more), part('spaces', more)) }),
      apps: apps([], { parts: [part('apps', more)] })
    });
    expect(container.querySelectorAll('[data-smo-trouble]')).toHaveLength(1);
  });

  it('names the endpoint that is missing', () => {
    const { query } = withPart('apps', {
      state: 'failed',
      problem: problem({
        code: 'aws.unreachable',
        action: '',
        statement: '',
        endpoint: 'com.amazonaws.eu-west-1.sagemaker.api'
      })
    });
    expect(query('[data-smo-trouble=apps]')?.textContent).toContain(
      'com.amazonaws.eu-west-1.sagemaker.api'
    );
  });

  it('shows what came, and why not more', () => {
    const { query, rows } = withPart('apps', {
      state: 'partial',
      rows: 1,
      problem: problem({ code: 'aws.failed', action: '', statement: '' })
    });
    expect(query('[data-smo-trouble=apps]')?.textContent).toContain(
      'Not all of apps came'
    );
    expect(rows()).toEqual(['mine']);
  });

  it('says when a throttled one is asked for again', () => {
    const { query } = withPart('apps', { state: 'loading', retry_after: 4, rows: 1 });
    expect(query('.smo-Waiting')?.textContent).toContain('again in 4 s');
  });

  it('says what is empty', () => {
    const { query } = showDomain({ apps: apps([]) });
    expect(query('[data-smo-room-state=empty]')?.textContent).toContain('Nothing runs');
  });
});

describe('the Jupyter server', () => {
  it('that is silent leaves what was known', () => {
    const error = new RequestError('client.no_answer', 'The server did not answer.');
    const { query, rows, control, deeds } = showDomain({ error, apps: apps([app('a')]) });
    expect(query('[data-smo-room-state=offline]')?.getAttribute('role')).toBe('alert');
    expect(rows()).toEqual(['a']);
    fireEvent.click(control('again')!);
    expect(deeds.refresh).toHaveBeenCalledOnce();
  });

  it('that is slow is named', () => {
    const { container } = showDomain({ state: null, slow: true });
    expect(container.textContent).toContain(
      'The Jupyter server has not answered for 3 s.'
    );
  });
});

describe('outside Studio', () => {
  const choices = [
    { id: 'd-1', name: 'acme-ml', status: 'InService' },
    { id: 'd-2', name: 'pricing', status: 'Failed' }
  ];

  it('asks which domain, before anything is read', () => {
    const { container, query, deeds } = showDomain({
      state: domainState({ here: here({ kind: 'elsewhere' }), chosen: null, choices })
    });
    expect(query('[data-smo-room-state=choose]')?.textContent).toContain(
      'not in SageMaker Studio'
    );
    const buttons = container.querySelectorAll<HTMLElement>(
      '[data-smo-do=choose-domain]'
    );
    fireEvent.click(buttons[1]!);
    expect(deeds.choose).toHaveBeenCalledExactlyOnceWith('d-2');
  });

  it('says why there is none', () => {
    const none = part('apps', {
      state: 'not_here',
      problem: problem({ code: 'domain.none', action: '', statement: '' })
    });
    const { query } = showDomain({
      state: domainState({ chosen: null, parts: parts(none) }),
      apps: apps([], { parts: [none] })
    });
    expect(query('[data-smo-trouble=apps]')?.textContent).toContain('No domain here');
  });
});

describe('apps', () => {
  it('are sorted by what costs most, and say no 0 for what nobody knows', () => {
    const { rows, cell } = showDomain({
      apps: apps([
        app('unknown', { per_hour: null, up_to: null }),
        app('cheap'),
        bobs('dear', { per_hour: 1.52, up_to: 601.7, idle_for: 259_200, state: 'idle' })
      ])
    });
    expect(rows()).toEqual(['dear', 'cheap', 'unknown']);
    expect(cell('dear', 'per_hour')).toBe('$1.52');
    expect(cell('dear', 'up_to')).toBe('$601.70');
    expect(cell('dear', 'idle')).toBe('3 days');
    expect(cell('unknown', 'per_hour')).toBe('unknown');
    expect(cell('cheap', 'idle')).toBe('–');
    expect(cell('dear', 'action')).toBe('not yours');
  });

  it('sort by a column’s head, and turn round', () => {
    const { rows, query } = showDomain({
      apps: apps([app('b', { per_hour: 2 }), app('a', { per_hour: 1 })])
    });
    fireEvent.click(query('[data-smo-sort=name]')!);
    expect(rows()).toEqual(['a', 'b']);
    const head = query('[data-smo-sort=name]')?.closest('[role=columnheader]');
    expect(head?.getAttribute('aria-sort')).toBe('ascending');
    fireEvent.click(query('[data-smo-sort=name]')!);
    expect(rows()).toEqual(['b', 'a']);
  });

  it('are found by name, person, kind and instance', () => {
    const { rows, query } = showDomain({
      apps: apps([app('one'), bobs('two', { instance: 'ml.g5.xlarge' })])
    });
    const search = query('[data-smo-search=apps]')!;
    fireEvent.change(search, { target: { value: 'bob g5' } });
    expect(rows()).toEqual(['two']);
    fireEvent.change(search, { target: { value: 'nobody' } });
    expect(query('[data-smo-room-state=empty]')?.textContent).toBe(
      'None of 2 is like that.'
    );
    fireEvent.keyDown(search, { key: 'Escape' });
    expect(rows()).toHaveLength(2);
  });

  it('are narrowed to mine, idle and failed', () => {
    const { rows, query } = showDomain({
      apps: apps([
        app('mine'),
        bobs('idle', { state: 'idle' }),
        bobs('failed', { state: 'failed' })
      ])
    });
    for (const filter of ['mine', 'idle', 'failed']) {
      fireEvent.click(query(`[data-smo-filter=${filter}]`)!);
      expect(rows()).toEqual([filter]);
    }
    expect(query('[data-smo-filter=failed]')?.getAttribute('aria-pressed')).toBe('true');
  });

  it('put what has stopped below, where it can be folded', () => {
    const { rows, query } = showDomain({
      apps: apps([app('old', { state: 'stopped', stop: 'not_running' }), app('new')])
    });
    expect(rows()).toEqual(['new', 'old']);
    const group = query('[data-smo-group] button')!;
    expect(group.textContent).toBe('Stopped 1');
    fireEvent.click(group);
    expect(rows()).toEqual(['new']);
    expect(query('[data-smo-group] button')?.getAttribute('aria-expanded')).toBe('false');
  });

  it('say why one failed, in place, as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const { control, query, container } = showDomain({
      apps: apps([app(evil, { id: 'a', state: 'failed', failure: evil })])
    });
    fireEvent.click(control('why', 'a')!);
    expect(query('[data-smo-why=a]')?.textContent).toContain(evil);
    expect(container.querySelector('img')).toBeNull();
  });

  it('show columns as there is room', () => {
    const all = apps([app('a')]);
    const columns = (width: number) =>
      [
        ...showDomain({ apps: all, width }).container.querySelectorAll<HTMLElement>(
          '[data-smo-row] [data-smo-cell]'
        )
      ].map(cell => cell.dataset.smoCell);
    expect(columns(700)).toEqual([
      'choose',
      'state',
      'name',
      'person',
      'idle',
      'per_hour',
      'up_to',
      'action'
    ]);
    expect(columns(1600)).toHaveLength(11);
    expect(showDomain({ apps: all, width: 1600 }).query('aside')).not.toBeNull();
  });

  it('are thousands, of which the page has few', () => {
    const many = Array.from({ length: 5000 }, (_, index) => app(`app-${index}`));
    const { rows, query } = showDomain({ apps: apps(many) });
    expect(rows().length).toBeLessThan(60);
    expect(query('[role=grid]')?.getAttribute('aria-rowcount')).toBe('5001');
  });
});

describe('stopping', () => {
  const rows = [app('mine', { per_hour: 1.41 }), bobs('theirs', { per_hour: 1.52 })];

  it('takes a second step in place, with the focus on the safe answer', () => {
    const { control, deeds, again, query } = showDomain({ apps: apps(rows) });
    fireEvent.click(control('stop', 'mine')!);
    expect(deeds.ask).toHaveBeenCalledExactlyOnceWith(['mine']);
    again({ asked: { ids: ['mine'], others: false } });
    expect(document.activeElement).toBe(control('keep'));
    expect(query('[data-smo-step=stop]')?.textContent).toContain('Stop mine?');
    expect(control('go')?.textContent).toBe('Stop, saves $1.41 / h');
    fireEvent.keyDown(control('keep')!, { key: 'Escape' });
    expect(deeds.keep).toHaveBeenCalledOnce();
    fireEvent.click(control('go')!);
    expect(deeds.stop).toHaveBeenCalledExactlyOnceWith({ ids: ['mine'], others: false });
  });

  it('gives the focus back to the row', () => {
    const { control, page, again, row } = showDomain({ apps: apps(rows) });
    act(() => page.set({ current: 'mine' }));
    again({ asked: { ids: ['mine'], others: false } });
    again({ asked: null });
    expect(control('keep')).toBeNull();
    expect(document.activeElement).toBe(row('mine'));
  });

  it('has no button where it would be refused', () => {
    const { control } = showDomain({
      apps: apps([...rows, app('here', { this_one: true, stop: 'this_one' })])
    });
    expect(control('stop', 'theirs')).toBeNull();
    expect(control('stop', 'here')).toBeNull();
  });

  it('of others takes a choice of its own', () => {
    const { control, deeds, again, query } = showDomain({
      apps: apps(rows),
      asked: { ids: ['mine', 'theirs'], others: false }
    });
    expect(query('[data-smo-step]')?.textContent).toContain('1 that are not mine (bob)');
    fireEvent.click(control('go')!);
    expect(deeds.stop).toHaveBeenLastCalledWith({ ids: ['mine'], others: false });
    fireEvent.click(control('others')!);
    expect(deeds.ask).toHaveBeenLastCalledWith(['mine', 'theirs'], true);
    again({ asked: { ids: ['mine', 'theirs'], others: true } });
    expect(control('go')?.textContent).toBe('Stop, saves $2.93 / h');
    fireEvent.click(control('go')!);
    expect(deeds.stop).toHaveBeenLastCalledWith({
      ids: ['mine', 'theirs'],
      others: true
    });
  });

  it('of one that is not mine cannot go ahead before that', () => {
    const asked = { ids: ['theirs'], others: false };
    const { control } = showDomain({ apps: apps(rows), asked });
    expect(control('go')?.disabled).toBe(true);
  });

  it('shows that it goes on, and why it was refused', () => {
    const { cell, again, query } = showDomain({
      apps: apps(rows),
      busy: new Set(['mine'])
    });
    expect(cell('mine', 'state')).toBe('Stopping');
    again({
      busy: new Set(),
      refusals: new Map([['mine', problem({ message: 'Not allowed.' })]])
    });
    expect(query('[data-smo-refusal=mine]')?.textContent).toContain(
      'mine was not stopped. Not allowed.'
    );
  });

  it('of several is asked above the list', () => {
    const { control, page, deeds } = showDomain({ apps: apps(rows) });
    fireEvent.click(control('choose', 'mine')!);
    fireEvent.click(control('choose', 'theirs')!);
    expect([...page.view.chosen].sort()).toEqual(['mine', 'theirs']);
    fireEvent.click(control('stop-chosen')!);
    expect([...(deeds.ask.mock.calls[0]?.[0] ?? [])].sort()).toEqual(['mine', 'theirs']);
  });
});

describe('keys of the list', () => {
  const rows = ['a', 'b', 'c', 'd'].map((name, index) =>
    app(name, { per_hour: 9 - index })
  );
  const focused = () => (document.activeElement as HTMLElement | null)?.dataset.smoRow;
  function open() {
    const view = showDomain({ apps: apps(rows) });
    const press = (key: string, more = {}) =>
      fireEvent.keyDown(document.activeElement!, { key, ...more });
    act(() => view.row('a').focus());
    return { ...view, press };
  }

  it('go up and down, with one tab stop', () => {
    const { press, container } = open();
    press('ArrowDown');
    expect(focused()).toBe('b');
    press('End');
    expect(focused()).toBe('d');
    press('ArrowDown');
    expect(focused()).toBe('d');
    press('Home');
    expect(focused()).toBe('a');
    const stops = [...container.querySelectorAll<HTMLElement>('.smo-Grid-row')];
    expect(stops.filter(row => row.tabIndex === 0)).toHaveLength(1);
  });

  it('choose with Space, and a range with Shift', () => {
    const { press, page, row } = open();
    press(' ');
    expect([...page.view.chosen]).toEqual(['a']);
    expect(row('a').getAttribute('aria-selected')).toBe('true');
    press('ArrowDown', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    expect([...page.view.chosen].sort()).toEqual(['a', 'b', 'c']);
    press('Escape');
    expect(page.view.chosen.size).toBe(0);
  });

  it('open with Enter, search with /, go to the buttons with Right', () => {
    const { press, deeds, query, control } = open();
    press('Enter');
    expect(deeds.ask).toHaveBeenCalledExactlyOnceWith(['a']);
    press('ArrowRight');
    expect(document.activeElement).toBe(control('choose', 'a'));
    press('ArrowLeft');
    expect(focused()).toBe('a');
    press('F10', { shiftKey: true });
    expect(deeds.menu.mock.calls[0]?.[0]).toBe('a');
    press('/');
    expect(document.activeElement).toBe(query('[data-smo-search=apps]'));
  });
});

describe('while somebody points at the list', () => {
  it('its order waits: values change in place, new rows are counted', () => {
    const { rows, again, query, cell, control } = showDomain({
      apps: apps([app('a', { per_hour: 2 }), app('b', { per_hour: 1 })])
    });
    fireEvent.mouseEnter(query('[role=grid]')!);
    again({
      apps: apps([
        app('a', { per_hour: 2, state: 'stopped', stop: 'not_running' }),
        app('b', { per_hour: 5 }),
        app('new', { per_hour: 9 })
      ])
    });
    expect(rows()).toEqual(['a', 'b']);
    expect(cell('a', 'state')).toBe('Stopped');
    expect(cell('b', 'per_hour')).toBe('$5.00');
    expect(control('show-new')?.textContent).toBe('1 new');
    fireEvent.click(control('show-new')!);
    expect(rows()).toEqual(['new', 'b', 'a']);
  });

  it('it is put in order when the pointer leaves', () => {
    const { rows, again, query } = showDomain({ apps: apps([app('a')]) });
    fireEvent.mouseEnter(query('[role=grid]')!);
    again({ apps: apps([app('a'), app('z', { per_hour: 9 })]) });
    expect(rows()).toEqual(['a']);
    fireEvent.mouseLeave(query('[role=grid]')!);
    expect(rows()).toEqual(['z', 'a']);
  });
});

describe('cost', () => {
  const spender = (name: string, per_hour: number | null) => ({
    name,
    per_hour,
    idle_per_hour: per_hour === null ? null : 0.5,
    unknown: per_hour === null ? 1 : 0,
    storage_month: 3.2,
    rows: 1
  });

  it('has totals, people, spaces, and where the prices come from', () => {
    const { query, control, deeds } = showDomain({
      page: { tab: 'cost' },
      apps: apps([], {
        cost: cost({
          unknown: 3,
          storage_month: 12.5,
          people: [spender('bob', 1.98), spender('', null)],
          spaces: [spender('bob-lab', 1.98)],
          problem: problem({ action: 'pricing:GetProducts' })
        })
      })
    });
    expect(query('[data-smo-total=per_hour]')?.textContent).toContain('$1.64 / h');
    expect(query('[data-smo-total=per_hour]')?.textContent).toContain('Without 3');
    expect(query('[data-smo-total=storage]')?.textContent).toContain('$12.50 / month');
    const people = query('[data-smo-spenders=people]')?.textContent;
    expect(people).toContain('$1.98');
    expect(people?.match(/unknown/g)).toHaveLength(2);
    expect(query('[data-smo-prices=table]')?.textContent).toContain(
      'pricing:GetProducts'
    );
    fireEvent.click(control('copy-statement')!);
    expect(deeds.copy).toHaveBeenCalledOnce();
  });

  it('is no sum of what came so far', () => {
    const loading = part('apps', { state: 'loading', at: null });
    const { query } = showDomain({
      page: { tab: 'cost' },
      apps: apps([app('a')], { parts: [loading, part('others')] })
    });
    expect(query('[data-smo-totals]')?.textContent).not.toContain('$1.64');
  });

  it('is unknown, and never 0, where no price is known', () => {
    const { query } = showDomain({
      page: { tab: 'cost' },
      apps: apps([], {
        cost: cost({ per_hour: null, up_to: null, unknown: 2, price_source: 'none' })
      })
    });
    expect(query('[data-smo-totals]')?.textContent).not.toContain('$0');
    expect(query('[data-smo-total=per_hour]')?.textContent).toContain('unknown');
  });
});

describe('people and spaces', () => {
  it('show who one is, and where', () => {
    const { row, rows } = showDomain({
      page: { tab: 'profiles' },
      profiles: {
        revision: 1,
        part: part('profiles'),
        rows: [profile('bob'), profile('alice', { me: true })]
      }
    });
    expect(rows()).toHaveLength(2);
    expect(row('alice').textContent).toContain('you');
    expect(row('bob').textContent).not.toContain('you');
  });

  it('show a space’s disk, and no price that nobody knows', () => {
    const { cell } = showDomain({
      page: { tab: 'spaces' },
      spaces: {
        revision: 1,
        part: part('spaces'),
        rows: [space('lab'), space('team', { shared: true, storage_gb: null })]
      }
    });
    expect(cell('lab', 'storage')).toBe('100 GB');
    expect(cell('lab', 'storage_month')).toBe('unknown');
    expect(cell('team', 'storage_month')).toBe('–');
    expect(cell('team', 'owner')).toBe('shared');
  });
});

describe('settings', () => {
  const idle = {
    enabled: true,
    minutes: 60,
    source: 'domain' as const,
    minimum: 60,
    maximum: 600,
    changeable: true,
    why_not: ''
  };
  const settings = (more = {}) => ({
    revision: 1,
    part: part('settings'),
    domain: domain({ idle: [['JupyterLab', idle]], ...more })
  });

  it('show what the domain is', () => {
    const { container } = showDomain({ page: { tab: 'settings' }, settings: settings() });
    for (const text of ['VPC only', 'vpc-0acce55', 'subnet-02', 'after 60 min', 'none']) {
      expect(container.textContent).toContain(text);
    }
  });

  it('change the idle stop of this space within its limits', () => {
    const { query, control, deeds } = showDomain({
      page: { tab: 'settings' },
      settings: settings(),
      state: domainState({ here: here({ idle }) })
    });
    const field = query('[name=minutes]')!;
    fireEvent.change(field, { target: { value: '30' } });
    expect(control('save-idle')?.disabled).toBe(true);
    fireEvent.change(field, { target: { value: '120' } });
    fireEvent.submit(query('[data-smo-idle]')!);
    expect(deeds.setIdle).toHaveBeenCalledExactlyOnceWith(120);
  });

  it('say why it cannot be changed', () => {
    const { query, control } = showDomain({
      page: { tab: 'settings' },
      settings: settings(),
      state: domainState({
        here: here({ idle: { ...idle, changeable: false, why_not: 'Not yours.' } })
      })
    });
    expect(query('[data-smo-idle]')?.textContent).toContain('Not yours.');
    expect(control('save-idle')).toBeNull();
  });
});

describe('news', () => {
  it('are told at the end and when there is trouble, not before', () => {
    const { again, query } = showDomain({ apps: apps([app('a')]) });
    expect(query('[data-smo-news]')?.textContent).toBe('');
    again({ apps: apps([app('a', { state: 'stopped' })]) });
    expect(query('[data-smo-news]')?.textContent).toBe('a has stopped.');
    const failed = part('apps', { state: 'failed', problem: problem() });
    again({ state: domainState({ revision: 2, parts: parts(failed) }) });
    expect(query('[data-smo-news]')?.textContent).toBe('You may not list apps.');
  });
});
