/** One run that is being reproduced: looked at, confirmed, made. No React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';

import { Following } from '../../api/following';
import { request } from '../../api/request';
import type { Reproduction } from '../../api/types';

export interface IReproducingOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream; what comes from it is not trusted. */
  events: ISignal<unknown, unknown>;
  /** The page's id of the run. */
  run: string;
}

export class Reproducing extends Following<Reproduction> {
  constructor({ serverSettings, events, run }: IReproducingOptions) {
    const path = '/experiments/reproductions/{id}';
    super({
      events,
      room: 'experiments',
      part: 'reproductions',
      working: ['looking', 'making'],
      waiting: ['planned'],
      get: id => request(serverSettings, 'get', path, { params: { id } }),
      drop: id => request(serverSettings, 'delete', path, { params: { id } })
    });
    this._settings = serverSettings;
    this._run = run;
  }

  /** Look at the run, anew where that was done before. */
  async look(): Promise<void> {
    const body = { run: this._run };
    await this.begin(() =>
      request(this._settings, 'post', '/experiments/reproductions', { body })
    );
  }

  /** The person has seen the plan that is shown, and wants it. */
  async confirm(): Promise<void> {
    const { id, looked, state, plan } = this.shown ?? {};
    if (id === undefined || looked === undefined || state !== 'planned') {
      return;
    }
    if (!plan?.possible) {
      return;
    }
    const given = { params: { id }, body: { looked } };
    await this.act(() =>
      request(this._settings, 'post', '/experiments/reproductions/{id}/make', given)
    );
  }

  /**
   * What was being made when it was cancelled may be there all the same.
   *
   * @returns when nothing is under way any more
   */
  ended(): Promise<void> {
    return new Promise(done => {
      const look = () => {
        if (!this.isUnderWay || this.isDisposed) {
          this.changed.disconnect(look);
          done();
        }
      };
      this.changed.connect(look);
      look();
    });
  }

  private readonly _settings: ServerConnection.ISettings;
  private readonly _run: string;
}
