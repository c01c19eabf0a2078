/** The curves beside the latest runs: one question for all of them, while they are seen. */

import * as React from 'react';

import type { ExperimentsState } from '../../api/types';
import { CurvesReading, type AskCurves } from './reading';
import { Sparkline } from './sparkline';

const POINTS = 40;

export class Sparks {
  /** @param changed - called when curves came */
  constructor(ask: AskCurves, changed: () => void) {
    this._reading = new CurvesReading(ask);
    this._reading.changed.connect(changed);
  }

  /** These runs are on the page. */
  want(state: ExperimentsState): void {
    this._metric = state.metric;
    // One that records is asked for again when anything is another.
    const runs = state.latest
      .filter(run => run.metric !== null)
      .map(({ id, status }) => ({
        id,
        version: status === 'running' ? `${status} ${state.revision}` : status
      }));
    this._reading.want(runs, state.metric === '' ? [] : [state.metric], POINTS);
  }

  /** Null: there is none, or not yet. One point is no curve. */
  of(id: string): React.ReactElement | null {
    const points = this._reading.pointsOf(id, this._metric);
    return points && points.values.length > 1 ? (
      <Sparkline values={points.values} label="" />
    ) : null;
  }

  dispose(): void {
    this._reading.dispose();
  }

  private readonly _reading: CurvesReading;
  private _metric = '';
}
