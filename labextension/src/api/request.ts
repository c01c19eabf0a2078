/**
 * The one way to the server: every path, body and answer is checked against the
 * types that are generated from the server's own contract.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { paths } from './types';

type Method = 'get' | 'put' | 'post' | 'delete';

/** The paths that know a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: object } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = P extends unknown
  ? paths[P][M]
  : never;

type Parameters<O> = O extends { readonly parameters: { readonly path: infer T } }
  ? { params: T }
  : { params?: undefined };

type Body<O> = O extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer T } };
}
  ? { body: T }
  : { body?: undefined };

type Json<R> = R extends { content: { readonly 'application/json': infer T } }
  ? T
  : undefined;

/** What an operation answers when it succeeds. */
export type Answer<O> = O extends { readonly responses: infer R }
  ? Json<R[keyof R & (200 | 202 | 204)]>
  : never;

/** How long one request may take, in milliseconds, before it counts as unanswered. */
const PATIENCE = 30_000;

/**
 * A refused or failed request.
 *
 * `code` is stable; the server's own are `room.what`. Of ours, `client.no_answer`
 * means that nothing came back, `client.not_ours` that something else answered.
 */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string = '',
    readonly status: number = 0
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/**
 * Ask the server.
 *
 * @param settings - where it is, and how to sign in; adds the XSRF token
 * @param method - in lower case, as in the contract
 * @param path - as in the contract, with `{name}` for parameters
 * @throws RequestError, and nothing else
 */
export async function request<M extends Method, P extends PathOf<M>>(
  settings: ServerConnection.ISettings,
  method: M,
  path: P,
  given: Parameters<Operation<P, M>> & Body<Operation<P, M>> & { signal?: AbortSignal }
): Promise<Answer<Operation<P, M>>> {
  const url = URLExt.join(settings.baseUrl, 'sm-onboard', fill(path, given.params));
  const abort = new AbortController();
  const stop = () => abort.abort();
  const timer = setTimeout(stop, PATIENCE);
  given.signal?.addEventListener('abort', stop);
  if (given.signal?.aborted) {
    stop();
  }
  try {
    const init: RequestInit = { method: method.toUpperCase(), signal: abort.signal };
    if (given.body !== undefined) {
      init.body = JSON.stringify(given.body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    const response = await ServerConnection.makeRequest(url, init, settings);
    const text = await response.text();
    if (!response.ok) {
      throw refusal(response.status, text);
    }
    return (text === '' ? undefined : parse(text)) as Answer<Operation<P, M>>;
  } catch (error) {
    if (error instanceof RequestError) {
      throw error;
    }
    throw new RequestError('client.no_answer', 'The server did not answer.');
  } finally {
    clearTimeout(timer);
    given.signal?.removeEventListener('abort', stop);
  }
}

/** Puts parameters into a path. A value can never become a further segment. */
function fill(path: string, params: Record<string, string> | undefined): string {
  return path.replace(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent(params?.[name] ?? '')
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notOurs(200);
  }
}

function refusal(status: number, text: string): RequestError {
  try {
    const body: unknown = JSON.parse(text);
    if (isErrorBody(body)) {
      return new RequestError(body.code, body.message, body.hint, status);
    }
  } catch {
    // A proxy's page, or jupyter_server's own: not for people.
  }
  return notOurs(status);
}

function notOurs(status: number): RequestError {
  return new RequestError(
    'client.not_ours',
    `The server answered ${status}, but not as sm_onboard does.`,
    'Its server part may be switched off: jupyter server extension enable sm_onboard',
    status
  );
}

function isErrorBody(
  body: unknown
): body is { code: string; message: string; hint: string } {
  const known = body as { code?: unknown; message?: unknown; hint?: unknown } | null;
  return (
    typeof known?.code === 'string' &&
    typeof known.message === 'string' &&
    typeof known.hint === 'string'
  );
}
