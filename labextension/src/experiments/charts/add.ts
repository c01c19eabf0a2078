/** Adds the charts to the room: what they ask of the server, and their commands. */

import { request } from '../../api/request';
import type { IExperimentsRoom } from '../room';

export function addCharts(room: IExperimentsRoom): void {
  const { app, page, deeds, trans } = room;
  const settings = app.serviceManager.serverSettings;
  deeds.readCurves = (body, signal) =>
    request(settings, 'post', '/experiments/curves', { body, signal });
  deeds.best = asked => {
    page.best = asked;
  };
  const show = (mode: 'table' | 'charts') => () => {
    page.set({ mode });
    room.openTable([]);
  };
  room.add('sm-onboard:experiments-charts', {
    label: trans.__('Charts of experiments'),
    caption: trans.__('Curves, parallel coordinates, scatter and bars of the runs'),
    execute: show('charts')
  });
  room.add('sm-onboard:experiments-best', {
    label: trans.__('Best run of a metric'),
    caption: trans.__('The run that is best now, and those that were best before it'),
    execute: args => {
      page.best = { of: typeof args.metric === 'string' ? args.metric : '', x: 0 };
      room.openTable([]);
    }
  });
  room.add('sm-onboard:experiments-table', {
    label: trans.__('Table of experiments'),
    execute: show('table')
  });
}
