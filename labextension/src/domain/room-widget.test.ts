import { StatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { domainState, here } from '../testing/domain';
import { price } from '../testing/panel';
import { FakeServer } from '../testing/server';
import { trans } from '../testing/view';
import { DomainModel } from './model';
import { look } from './room-widget';
import { addStatusItem } from './status';

let server: FakeServer;
let model: DomainModel;

beforeEach(() => {
  server = new FakeServer();
  const state = domainState({ here: here({ price, idle_for: 10 }) });
  server.answer = ask =>
    ask.path.endsWith('/apps') ? { json: { rows: [], parts: [] } } : { json: state };
  model = new DomainModel({ serverSettings: server.settings, events: server.events });
});

afterEach(() => model.dispose());

const seen = { isVisible: true };
const hidden = { isVisible: false };

function looks(): unknown[] {
  return server.asks
    .filter(ask => ask.path.endsWith('/domain/look'))
    .map(ask => (ask.body as { parts: unknown }).parts);
}

it('asks nothing while the panel is closed', async () => {
  expect(look(model, hidden, hidden)).toBe(false);
  await new Promise(done => setTimeout(done, 20));
  expect(server.asks).toEqual([]);
});

it('looks at what is open, and at nothing when it closes', async () => {
  expect(look(model, seen, hidden)).toBe(true);
  look(model, seen, seen);
  look(model, seen, seen);
  look(model, hidden, hidden);
  await vi.waitFor(() => expect(looks()).toEqual([['here'], ['apps', 'here'], []]));
});

it('leaves the use out of the status bar when nobody looks any more', async () => {
  const bar = new StatusBar();
  const freshness = new Signal<object, void>({});
  let fresh = true;
  const reveal = vi.fn();
  addStatusItem(bar, { model, trans, fresh: () => fresh, freshness, reveal });
  const button = bar.node.querySelector<HTMLElement>('[data-smo-status="domain"]')!;
  expect(button.textContent).toBe('');
  look(model, seen, hidden);
  await vi.waitFor(() => expect(button.textContent).toBe('alice-lab · $0.23/h · in use'));
  fresh = false;
  freshness.emit();
  expect(button.textContent).toBe('alice-lab · $0.23/h');
  button.click();
  expect(reveal).toHaveBeenCalled();
  bar.dispose();
});
