import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CHANGED, Feed, TIMES, type IVersioned } from './feed';
import { RequestError } from './request';

interface IState extends IVersioned {
  working: boolean;
}

/** A server whose answers the test gives one by one or all at once. */
class Source {
  readonly events = new Signal<this, unknown>(this);
  readonly lost = new Signal<this, unknown>(this);
  state: IState = { server: 'one', revision: 1, working: false };
  down = false;
  slow = 0;
  asked = 0;
  open = 0;
  most = 0;

  get = async (): Promise<IState> => {
    this.asked += 1;
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    const answer = this.state;
    await new Promise(done => setTimeout(done, this.slow));
    this.open -= 1;
    if (this.down) {
      throw new RequestError('client.no_answer', 'The server did not answer.');
    }
    return answer;
  };

  change(more: Partial<IState>, told = true): void {
    this.state = { ...this.state, revision: this.state.revision + 1, ...more };
    if (told) {
      const { server, revision } = this.state;
      this.events.emit({ schema_id: CHANGED, room: 'repos', id: '', server, revision });
    }
  }
}

let source: Source;
let feed: Feed<IState>;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  source = new Source();
  feed = new Feed<IState>({
    room: 'repos',
    get: source.get,
    working: state => state.working,
    events: source.events,
    lost: source.lost
  });
  changes = 0;
  feed.changed.connect(() => (changes += 1));
});

afterEach(() => {
  feed.dispose();
  vi.useRealTimers();
});

async function started(): Promise<void> {
  feed.start();
  await vi.advanceTimersByTimeAsync(TIMES.between);
  expect(source.asked).toBe(1);
}

describe('events', () => {
  it('listens before it asks, so that nothing is missed in between', async () => {
    source.slow = 100;
    feed.start();
    await vi.advanceTimersByTimeAsync(50); // the answer of revision 1 is on its way
    source.change({ working: true });
    await vi.advanceTimersByTimeAsync(500);
    expect(feed.data?.revision).toBe(2);
    expect(source.asked).toBe(2);
  });

  it('makes at most four questions a second of many events, and never two at once', async () => {
    await started();
    source.slow = 40;
    for (let i = 0; i < 100; i++) {
      source.change({});
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(feed.data?.revision).toBe(101);
    expect(source.asked - 1).toBeGreaterThanOrEqual(4);
    expect(source.asked - 1).toBeLessThanOrEqual(5);
    expect(source.most).toBe(1);
  });

  it('makes one question of two refreshes', async () => {
    await started();
    void feed.refresh();
    void feed.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.asked).toBe(2);
  });

  it.each([
    ['nothing', null],
    ['a number', 7],
    [
      'another schema',
      { schema_id: 'contents', room: 'repos', revision: 9, server: 'one' }
    ],
    ['another room', { schema_id: CHANGED, room: 'domain', revision: 9, server: 'one' }],
    ['what is known', { schema_id: CHANGED, room: 'repos', revision: 1, server: 'one' }]
  ])('is not moved by %s', async (_, event) => {
    await started();
    source.events.emit(event);
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.asked).toBe(1);
  });

  it('believes nothing of a forged event: it asks, and shows the answer', async () => {
    await started();
    const event = { schema_id: CHANGED, room: 'repos', revision: {}, server: '<b>' };
    source.events.emit({ ...event, repositories: 'all gone' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.asked).toBe(2);
    expect(feed.data).toEqual({ server: 'one', revision: 1, working: false });
    expect(changes).toBe(1);
  });
});

describe('without events', () => {
  it('asks every 5 s while work goes on, once a minute while none does', async () => {
    source.state.working = true;
    await started();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(source.asked).toBe(5);
    source.change({ working: false }, false);
    await vi.advanceTimersByTimeAsync(6_000);
    const asked = source.asked;
    await vi.advanceTimersByTimeAsync(59_000);
    expect(source.asked - asked).toBeLessThanOrEqual(1);
  });

  it('waits 5 s from the last event on', async () => {
    source.state.working = true;
    await started();
    await vi.advanceTimersByTimeAsync(4_000);
    source.change({});
    await vi.advanceTimersByTimeAsync(4_900);
    expect(source.asked).toBe(2);
  });

  it('asks nothing while nobody looks, and once when somebody does', async () => {
    source.state.working = true;
    await started();
    feed.paused = true;
    source.change({});
    await vi.advanceTimersByTimeAsync(120_000);
    expect(source.asked).toBe(1);
    feed.paused = false;
    await vi.advanceTimersByTimeAsync(10);
    expect(source.asked).toBe(2);
    expect(feed.data?.revision).toBe(2);
  });
});

describe('a server that goes away', () => {
  it('keeps what was known, says since when, and comes back', async () => {
    await started();
    const answered = feed.answeredAt;
    source.down = true;
    source.lost.emit(new Error('socket'));
    await vi.advanceTimersByTimeAsync(500);
    expect(feed.error?.code).toBe('client.no_answer');
    expect(feed.data?.revision).toBe(1);
    expect(feed.answeredAt).toBe(answered);
    source.down = false;
    source.state = { server: 'two', revision: 0, working: false };
    await vi.advanceTimersByTimeAsync(TIMES.retry[0] * 2);
    expect(feed.error).toBeNull();
    expect(feed.data?.server).toBe('two');
  });

  it('is asked less and less often', async () => {
    source.down = true;
    feed.start();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(source.asked).toBeGreaterThan(10);
    expect(source.asked).toBeLessThan(30);
  });

  it('tells when the same state comes back after a failure', async () => {
    await started();
    source.down = true;
    void feed.refresh();
    await vi.advanceTimersByTimeAsync(500);
    source.down = false;
    void feed.refresh();
    await vi.advanceTimersByTimeAsync(500);
    expect(feed.error).toBeNull();
    expect(changes).toBe(3);
  });
});

describe('the first answer', () => {
  it('is called late after 3 s, not earlier', async () => {
    source.slow = 10_000;
    feed.start();
    await vi.advanceTimersByTimeAsync(2_900);
    expect(feed.slow).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(feed.slow).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(feed.slow).toBe(false);
    expect(feed.data).not.toBeNull();
  });
});

describe('accept', () => {
  it('takes what is newer, and leaves what is older', async () => {
    source.state = { ...source.state, revision: 5 };
    await started();
    feed.accept({ server: 'one', revision: 6, working: true });
    expect(feed.data?.working).toBe(true);
    feed.accept({ server: 'one', revision: 4, working: false });
    expect(feed.data?.revision).toBe(6);
  });

  it('watches the work that it was told of', async () => {
    await started();
    source.state = { server: 'one', revision: 2, working: true };
    feed.accept(source.state);
    await vi.advanceTimersByTimeAsync(TIMES.working + 100);
    expect(source.asked).toBe(2);
  });
});

it('asks nothing and says nothing after it is disposed', async () => {
  source.slow = 100;
  feed.start();
  await vi.advanceTimersByTimeAsync(50);
  feed.dispose();
  source.change({});
  await vi.advanceTimersByTimeAsync(120_000);
  expect(source.asked).toBe(1);
  expect(changes).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
