/** One link that is opened: taken apart, fetched, looked at, decided. No React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import { request, type RequestError } from '../../api/request';
import type { LinkOpened, LinkOpening } from '../../api/types';
import { Following } from '../following';

export type How = LinkOpened['how'];

export class OpeningModel implements IDisposable {
  /**
   * @param events - Jupyter's event stream; what comes from it is not trusted
   * @param link - as it was pasted
   */
  constructor(
    private readonly serverSettings: ServerConnection.ISettings,
    events: ISignal<unknown, unknown>,
    readonly link: string
  ) {
    this._following = new Following<LinkOpening>({
      events,
      part: 'openings',
      working: ['fetching', 'opening'],
      waiting: ['asks', 'ready'],
      get: id =>
        request(serverSettings, 'get', '/links/openings/{id}', { params: { id } }),
      drop: id =>
        request(serverSettings, 'delete', '/links/openings/{id}', { params: { id } })
    });
  }

  get changed(): ISignal<unknown, void> {
    return this._following.changed;
  }

  get shown(): LinkOpening | null {
    return this._following.shown;
  }

  get refusal(): RequestError | null {
    return this._following.refusal;
  }

  get late(): boolean {
    return this._following.late;
  }

  get isUnderWay(): boolean {
    return this._following.isUnderWay;
  }

  get isOver(): boolean {
    return this._following.isOver;
  }

  get isDisposed(): boolean {
    return this._following.isDisposed;
  }

  /** Has the link taken apart; its preview is fetched only from what is listed. */
  async look(): Promise<void> {
    await this._following.begin(() =>
      request(this.serverSettings, 'post', '/links/openings', {
        body: { link: this.link }
      })
    );
  }

  /** The person lets the preview be fetched from the host that is shown. */
  async fetch(): Promise<void> {
    const { id, state, trust } = this.shown ?? {};
    if (id !== undefined && trust && state === 'asks') {
      await this._following.act(() =>
        request(this.serverSettings, 'post', '/links/openings/{id}/fetch', {
          params: { id },
          body: { host: trust.asked }
        })
      );
    }
  }

  /** The person has seen the preview that is shown, and decided. */
  async choose(how: How): Promise<void> {
    const { id, state, looked, preview } = this.shown ?? {};
    if (id === undefined || looked === undefined || state !== 'ready') {
      return;
    }
    if (preview?.how.includes(how)) {
      await this._following.act(() =>
        request(this.serverSettings, 'post', '/links/openings/{id}/open', {
          params: { id },
          body: { looked, how }
        })
      );
    }
  }

  async cancel(): Promise<void> {
    await this._following.cancel();
  }

  dispose(): void {
    this._following.dispose();
  }

  private readonly _following: Following<LinkOpening>;
}
