import { beforeEach, describe, expect, it } from 'vitest';

import { state } from '../testing/rows';
import { FakeServer } from '../testing/server';
import { request, RequestError } from './request';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

async function refusal(): Promise<RequestError> {
  try {
    await request(server.settings, 'get', '/repos', {});
  } catch (error) {
    return error as RequestError;
  }
  throw new Error('It was not refused.');
}

describe('request', () => {
  it('asks below the base URL and gives the answer', async () => {
    server.answer = () => ({ json: state([]) });
    expect(await request(server.settings, 'get', '/repos', {})).toEqual(state([]));
    expect(server.asks).toEqual([
      { method: 'GET', path: '/base/sm-onboard/repos', body: undefined }
    ]);
  });

  it('sends the body as JSON', async () => {
    const body = { name: 'Ada', email: 'ada@example.com' };
    server.answer = ask => ({ json: ask.body });
    expect(await request(server.settings, 'put', '/identity', { body })).toEqual(body);
    expect(server.asks[0]).toMatchObject({ method: 'PUT', body });
  });

  it('keeps a parameter inside its segment', async () => {
    server.answer = () => ({ json: { id: '', text: '' } });
    const params = { id: '../../api/shutdown?x#' };
    await request(server.settings, 'get', '/repos/{id}/log', { params });
    expect(server.asks[0]?.path).toBe(
      '/base/sm-onboard/repos/..%2F..%2Fapi%2Fshutdown%3Fx%23/log'
    );
  });

  it('gives the server’s own code, message and hint', async () => {
    const json = {
      code: 'repos.unknown',
      message: 'There is none.',
      hint: 'Look again.'
    };
    server.answer = () => ({ status: 404, json });
    expect(await refusal()).toMatchObject({ ...json, status: 404 });
  });

  it.each([
    ['a page', 502, '<html><script>alert(1)</script>'],
    ['an error of another shape', 500, '{"message": "boom", "reason": null}'],
    ['JSON that is no object', 403, 'null'],
    ['a success that is not JSON', 200, '<html>sign in</html>']
  ])('shows nothing of %s', async (_, status, text) => {
    server.answer = () => ({ status, text });
    const error = await refusal();
    expect(error.code).toBe('client.not_ours');
    expect(error.message).not.toContain('<');
    expect(error.message).not.toContain('boom');
  });

  it('says when nobody answers', async () => {
    server.answer = () => new TypeError('Failed to fetch');
    expect((await refusal()).code).toBe('client.no_answer');
  });

  it('can be stopped', async () => {
    server.answer = () => new Promise(() => undefined);
    const abort = new AbortController();
    const asked = request(server.settings, 'get', '/repos', { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'client.no_answer' });
  });
});
