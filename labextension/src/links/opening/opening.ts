/** One link that is opened: taken apart, fetched, looked at, decided. No React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';

import { Following } from '../../api/following';
import { request } from '../../api/request';
import type { LinkOpened, LinkOpening } from '../../api/types';

export type How = LinkOpened['how'];

export class OpeningModel extends Following<LinkOpening> {
  /**
   * @param events - Jupyter's event stream; what comes from it is not trusted
   * @param link - as it was pasted
   */
  constructor(
    private readonly serverSettings: ServerConnection.ISettings,
    events: ISignal<unknown, unknown>,
    readonly link: string
  ) {
    super({
      events,
      room: 'links',
      part: 'openings',
      working: ['fetching', 'opening'],
      waiting: ['asks', 'ready'],
      get: id =>
        request(serverSettings, 'get', '/links/openings/{id}', { params: { id } }),
      drop: id =>
        request(serverSettings, 'delete', '/links/openings/{id}', { params: { id } })
    });
  }

  /** Has the link taken apart; its preview is fetched only from what is listed. */
  async look(): Promise<void> {
    await this.begin(() =>
      request(this.serverSettings, 'post', '/links/openings', {
        body: { link: this.link }
      })
    );
  }

  /** The person lets the preview be fetched from the host that is shown. */
  async fetch(): Promise<void> {
    const { id, state, trust } = this.shown ?? {};
    if (id !== undefined && trust && state === 'asks') {
      await this.act(() =>
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
      await this.act(() =>
        request(this.serverSettings, 'post', '/links/openings/{id}/open', {
          params: { id },
          body: { looked, how }
        })
      );
    }
  }
}
