/** A server and an event stream that do what a test says. */

import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

export interface IAsk {
  method: string;
  /** Below the base URL, without a query. */
  path: string;
  body: unknown;
}

type Answer = { status?: number; json?: unknown; text?: string } | Error;

export class FakeServer {
  /** Every request, in order. */
  readonly asks: IAsk[] = [];
  /** Requests that are not answered yet. */
  open = 0;
  /** The most that were open at once. */
  most = 0;
  /** What the next requests are answered with; may be late. */
  answer: (ask: IAsk) => Answer | Promise<Answer> = () => ({ status: 500, text: '' });
  readonly events = new Signal<this, unknown>(this);
  readonly lost = new Signal<this, unknown>(this);

  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost:8888/base/',
    token: 'secret',
    fetch: (input, init) => this._fetch(input, init)
  });

  count(method: string, path: string): number {
    return this.asks.filter(ask => ask.method === method && ask.path === path).length;
  }

  private async _fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = input instanceof Request ? input : new Request(input, init);
    const text = await request.clone().text();
    const ask: IAsk = {
      method: request.method,
      path: new URL(request.url).pathname,
      body: text === '' ? undefined : JSON.parse(text)
    };
    this.asks.push(ask);
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    try {
      const answer = await Promise.race([
        Promise.resolve(this.answer(ask)),
        new Promise<never>((_, reject) => {
          const stop = () => reject(new TypeError('aborted'));
          request.signal.addEventListener('abort', stop);
          if (request.signal.aborted) {
            stop();
          }
        })
      ]);
      if (answer instanceof Error) {
        throw answer;
      }
      const { status = 200, json, text: plain } = answer;
      const body = status === 204 ? null : (plain ?? JSON.stringify(json));
      return new Response(body, { status });
    } finally {
      this.open -= 1;
    }
  }
}
