import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { CHANGED } from '../../api/feed';
import type { LinkMaking } from '../../api/types';
import { FOUND, LINK, made, making } from '../../testing/links';
import { FakeServer } from '../../testing/server';
import { MakingModel } from './making';
import { fileTarget } from './target';

const BASE = '/base/sm-onboard/links/makings';

let server: FakeServer;
let model: MakingModel;
let now: LinkMaking;
let saved: string[];
let clipboard: Array<Promise<string>>;

beforeEach(() => {
  now = making();
  saved = [];
  clipboard = [];
  server = new FakeServer();
  server.answer = ({ method, path }) => {
    if (method === 'DELETE') {
      now = { ...now, state: 'cancelled' };
    }
    if (path.endsWith('/confirm')) {
      now = making({ state: 'made', made: made({ secrets: 1 }) });
    }
    return { json: now };
  };
  const context = {} as never;
  model = new MakingModel({
    serverSettings: server.settings,
    events: server.events,
    target: fileTarget('RTC:nb/a.ipynb', { cell: 'c2', context }),
    base: 'https://me.example/lab',
    save: async () => {
      saved.push('save');
      return 'saved';
    },
    copyLater: async text => {
      clipboard.push(text);
      return text.then(
        () => true,
        () => false
      );
    },
    copyNow: async text => {
      clipboard.push(Promise.resolve(text));
      return true;
    },
    download: page => saved.push(page.name)
  });
});

afterEach(() => model.dispose());

const settled = (state: string) =>
  vi.waitFor(() => expect(model.shown?.state).toBe(state));
const event = () =>
  server.events.emit({
    schema_id: CHANGED,
    room: 'links',
    id: 'makings/m1',
    revision: 1
  });

it('saves, makes the best link there is, and copies it', async () => {
  model.make();
  // Browsers allow copying only while the click goes on.
  expect(clipboard).toHaveLength(1);
  await settled('made');
  expect(saved).toEqual(['save']);
  expect(server.asks[0]).toMatchObject({
    method: 'POST',
    path: BASE,
    body: {
      contents: 'RTC:nb/a.ipynb',
      run: '',
      cell: 'c2',
      heading: '',
      kind: '',
      outputs: false,
      days: 30,
      push: false,
      base: 'https://me.example/lab'
    }
  });
  expect(await clipboard[0]).toBe(LINK);
  await vi.waitFor(() => expect(model.copied).toBe('yes'));
  expect(model.form.kind).toBe('snapshot');
  expect(model.isOther).toBe(false);
});

it('makes nothing when the form is changed, before it is told to', async () => {
  model.make();
  await settled('made');
  model.choose({ outputs: true, note: 'hi' });
  expect(model.isOther).toBe(true);
  expect(server.count('POST', BASE)).toBe(1);
  model.make();
  await vi.waitFor(() => expect(server.count('POST', BASE)).toBe(2));
  expect(server.asks.at(-1)?.body).toMatchObject({ outputs: true, note: 'hi' });
  await vi.waitFor(() => expect(model.isOther).toBe(false));
});

it('copies the new link, never the one before', async () => {
  model.make();
  await settled('made');
  now = making({ id: 'm2', made: made({ link: 'https://new/?smo=path' }) });
  model.choose({ kind: 'path' });
  model.make();
  expect(await clipboard[1]).toBe('https://new/?smo=path');
});

it('does not say "copied" where the browser said no', async () => {
  server.answer = () => ({ json: now });
  clipboard = [];
  const options = model as unknown as { options: { copyLater: unknown } };
  options.options.copyLater = async () => false;
  model.make();
  await settled('made');
  await vi.waitFor(() => expect(model.copied).toBe('no'));
  await model.copy();
  expect(model.copied).toBe('yes');
});

it('sends nothing that looks like a secret before the person says so', async () => {
  now = making({ state: 'asks', looked: 3, made: null, findings: [FOUND] });
  model.make();
  await settled('asks');
  expect(server.count('POST', `${BASE}/m1/confirm`)).toBe(0);
  void model.confirm();
  await settled('made');
  expect(server.asks.find(ask => ask.path.endsWith('/confirm'))?.body).toEqual({
    looked: 3
  });
  expect(await clipboard[0]).toBe(LINK);
});

it('copies nothing where it was cancelled or failed', async () => {
  now = making({ state: 'asks', made: null, findings: [FOUND] });
  model.make();
  await settled('asks');
  void model.cancel();
  await expect(clipboard[0]).rejects.toThrow();
  await vi.waitFor(() => expect(server.count('DELETE', `${BASE}/m1`)).toBe(1));
  expect(model.isOver).toBe(true);

  now = making({ state: 'looking', made: null });
  model.make();
  await settled('looking');
  now = making({ state: 'failed', made: null });
  event();
  await expect(clipboard[1]).rejects.toThrow();
  expect(model.isOver).toBe(true);
  expect(model.standing?.name).toBe('03_train.ipynb');
});

it('begins nothing where it was cancelled while the file was saved', async () => {
  const options = model as unknown as { options: { save: () => Promise<string> } };
  let end: (saving: string) => void = () => undefined;
  options.options.save = () => new Promise(done => (end = done));
  model.make();
  expect(model.isUnderWay).toBe(true);
  void model.cancel();
  end('saved');
  await expect(clipboard[0]).rejects.toThrow();
  expect(server.asks).toEqual([]);
});

it('saves a page only after what looks like a secret was seen', async () => {
  server.answer = ({ body }) => ({
    json: (body as { secrets: boolean }).secrets
      ? { name: 'a.html', html: '<p>', findings: [FOUND] }
      : { name: 'a.html', html: '', findings: [FOUND] }
  });
  await model.savePage();
  expect(model.page).toMatchObject({ state: 'here', value: { html: '' } });
  expect(saved).toEqual(['save']);
  await model.savePage(true);
  expect(saved).toEqual(['save', 'save', 'a.html']);
});

it('pushes only where it is told to', async () => {
  model.make(true);
  await settled('made');
  expect(server.asks[0]?.body).toMatchObject({ push: true });
  model.choose({ note: 'x' });
  model.make();
  await vi.waitFor(() => expect(server.count('POST', BASE)).toBe(2));
  expect(server.asks.at(-1)?.body).toMatchObject({ push: false });
});
