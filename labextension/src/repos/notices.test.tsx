import { act, fireEvent } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { RequestError } from '../api/request';
import { blocked, row, state } from '../testing/rows';
import { show } from '../testing/view';

const silent = new RequestError('client.no_answer', 'The server did not answer.');

describe('before the first answer', () => {
  it('shows rows of the final height, and after 3 s who has not answered', () => {
    const { container, again } = show({});
    expect(container.querySelectorAll('.smo-Skeleton-row')).toHaveLength(3);
    expect(container.textContent).toBe('');
    again({ slow: true });
    expect(container.textContent).toContain(
      'The Jupyter server has not answered for 3 s.'
    );
  });

  it('waits on while the server reads the configuration', () => {
    const { container } = show({ state: state([], { state: 'starting' }) });
    expect(container.querySelector('[data-smo-room-state=loading]')).not.toBeNull();
  });
});

describe('offline', () => {
  it('keeps the last known rows and says since when', () => {
    const {
      container,
      control,
      deeds,
      row: find
    } = show({
      state: state([row('churn')]),
      error: silent,
      answeredAt: new Date(2026, 10, 23, 9, 2)
    });
    expect(find('churn').textContent).toContain('Up to date');
    expect(container.textContent).toMatch(/No answer from the server since 0?9:02/);
    fireEvent.click(control('again')!);
    expect(deeds.again).toHaveBeenCalledOnce();
  });

  it('says so when there was never an answer', () => {
    const { container } = show({ error: silent });
    expect(container.textContent).toBe('No answer from the server. Retry');
  });

  it('gives the server’s reason where it has one', () => {
    const error = new RequestError('http.not_allowed', 'You may not.', 'Ask.', 403);
    expect(show({ error }).container.textContent).toContain('You may not. Ask.');
  });
});

describe('without repositories', () => {
  it('offers to add one', () => {
    const { container, control, deeds } = show({ state: state([]) });
    expect(container.textContent).toContain('No repositories yet');
    fireEvent.click(control('add')!);
    fireEvent.click(control('team-file')!);
    expect(deeds.add).toHaveBeenCalledOnce();
    expect(deeds.teamFile).toHaveBeenCalledOnce();
  });

  it('keeps the rows in sight while the server closes', () => {
    const { container } = show({ state: state([row('churn')], { state: 'off' }) });
    expect(container.querySelectorAll('[data-smo-row]')).toHaveLength(1);
    expect(container.querySelector('[data-smo-room-state=off]')).toBeNull();
  });

  it('says when the room is off', () => {
    const { container } = show({ state: state([], { state: 'off' }) });
    expect(container.querySelector('[data-smo-room-state=off]')).not.toBeNull();
    expect(container.querySelector('[data-smo-room-state=empty]')).toBeNull();
  });
});

it('shows what is wrong with a file above the rows, and the rows', () => {
  const problem = {
    code: 'config.unknown_key',
    message: 'repositories[2].branhc is not known.',
    hint: 'Did you mean branch?',
    origin: '/etc/acme/onboard.yaml'
  };
  const { container, row: find } = show({
    state: state([row('a')], { problems: [problem] })
  });
  const notice = container.querySelector('[data-smo-problem="config.unknown_key"]');
  expect(notice?.textContent).toContain('branhc is not known. Did you mean branch?');
  expect(notice?.compareDocumentPosition(find('a'))).toBe(
    Node.DOCUMENT_POSITION_FOLLOWING
  );
});

it('says where the rows come from', () => {
  const rows = [row('a'), row('b'), row('c', { source: 'domain', origin: '' })];
  expect(show({ state: state(rows) }).container.textContent).toContain(
    'From onboard.yaml (2) and the domain (1).'
  );
});

describe('identity', () => {
  const unknown = state([row('a')], { identity: 'missing' });

  it('is asked for once both are filled in', async () => {
    const { container, control, deeds } = show({ state: unknown });
    expect(container.textContent).toContain('Git does not know you yet.');
    expect(control('save-identity')?.disabled).toBe(true);
    const [name, email] = container.querySelectorAll('input');
    fireEvent.change(name!, { target: { value: ' Ada ' } });
    fireEvent.change(email!, { target: { value: 'ada@example.com' } });
    await act(async () => fireEvent.submit(container.querySelector('form')!));
    expect(deeds.saveIdentity).toHaveBeenCalledExactlyOnceWith({
      name: 'Ada',
      email: 'ada@example.com'
    });
  });

  it('says why it was not taken, and keeps what was typed', async () => {
    const { container, deeds } = show({ state: unknown });
    deeds.saveIdentity.mockRejectedValue(
      new RequestError('identity.bad_email', 'This is no address.', 'Use one with @.')
    );
    const [name, email] = container.querySelectorAll('input');
    fireEvent.change(name!, { target: { value: 'Ada' } });
    fireEvent.change(email!, { target: { value: 'ada' } });
    await act(async () => fireEvent.submit(container.querySelector('form')!));
    expect(container.querySelector('[role=alert]')?.textContent).toContain(
      'This is no address. Use one with @.'
    );
    expect(email?.value).toBe('ada');
  });

  it('is not asked for without repositories, or when dismissed, or when set', () => {
    const asks = (props: Parameters<typeof show>[0]) =>
      show(props).container.querySelector('[data-smo-identity]') !== null;
    expect(asks({ state: unknown })).toBe(true);
    expect(asks({ state: state([], { identity: 'missing' }) })).toBe(false);
    expect(asks({ state: unknown, identityDismissed: true })).toBe(false);
    expect(asks({ state: state([row('a')]) })).toBe(false);
    const { control, deeds } = show({ state: unknown });
    fireEvent.click(control('dismiss-identity')!);
    expect(deeds.dismissIdentity).toHaveBeenCalledOnce();
  });
});

describe('the live region', () => {
  const heard = (container: Element) =>
    container.querySelector('[data-smo-news]')?.textContent;

  it('speaks at start, end and trouble, not in between', () => {
    const cloning = row('churn', { state: 'cloning' });
    const { container, again } = show({ state: state([cloning]) });
    expect(heard(container)).toBe('Working on 1 repository.');
    again({ state: state([{ ...cloning, message: '62 %' }]) });
    expect(heard(container)).toBe('Working on 1 repository.');
    again({ state: state([row('churn')]) });
    expect(heard(container)).toBe('1 repository is ready.');
    again({ state: state([blocked('churn')]) });
    expect(heard(container)).toContain('churn: 2 files in the way');
  });

  it('does not read old trouble out when the panel opens', () => {
    expect(heard(show({ state: state([blocked('churn')]) }).container)).toBe('');
  });
});
