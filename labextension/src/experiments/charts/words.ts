/** Sentences of the charts. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { figure, fullDate, stopwatch } from '../format';
import type { ILine } from './lines';
import type { Along } from './props';

export function unitWords(along: Along, trans: TranslationBundle): string {
  switch (along) {
    case 'step':
      return trans.__('step');
    case 'time':
      return trans.__('time');
    case 'relative':
      return trans.__('since the start');
  }
}

/** One point: whose, what it is, and where. */
export function pointWords(
  line: ILine,
  at: number,
  along: Along,
  trans: TranslationBundle
): { name: string; value: string; where: string } {
  const x = line.xs[at] ?? 0;
  const value = line.raw?.[at] ?? line.ys[at] ?? NaN;
  const where =
    along === 'step'
      ? trans.__('step %1', x)
      : along === 'time'
        ? fullDate(x)
        : trans.__('%1 since the start', stopwatch(x));
  const smooth = line.ys[at] ?? NaN;
  return {
    name: line.series.label,
    value:
      line.raw && smooth !== value
        ? trans.__('%1, smoothed %2', figure(value), figure(smooth))
        : figure(value),
    where
  };
}
