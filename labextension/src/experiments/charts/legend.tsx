/** Which line is which; a press switches one off. One tab stop, arrows move. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Name } from '../../shell/controls';
import { DASHES, type ISeries } from './props';

export function Legend(props: {
  series: readonly ISeries[];
  off: ReadonlySet<string>;
  trans: TranslationBundle;
  onToggle(id: string): void;
  /** Pointed at, by pointer or focus; null: no longer. */
  onPoint(id: string | null): void;
}): React.ReactElement {
  const { series, off } = props;
  const [current, setCurrent] = React.useState<string | null>(null);
  const stop = series.some(one => one.id === current) ? current : series[0]?.id;
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
    const at = all.indexOf(event.target as HTMLElement);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: all.length - 1
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
    }
  };
  return (
    <div
      className="smo-CurveLegend"
      role="group"
      aria-label={props.trans.__('Curves')}
      onKeyDown={onKeyDown}
      onMouseLeave={() => props.onPoint(null)}
    >
      {series.map(({ id, label, letter, colour, dash }) => (
        <button
          key={id}
          type="button"
          className="smo-CurveLegend-one"
          data-smo-curve={id}
          aria-pressed={!off.has(id)}
          tabIndex={id === stop ? 0 : -1}
          onFocus={() => {
            setCurrent(id);
            props.onPoint(id);
          }}
          onBlur={() => props.onPoint(null)}
          onMouseEnter={() => props.onPoint(id)}
          onClick={() => props.onToggle(id)}
        >
          <svg width="18" height="8" aria-hidden="true" focusable="false">
            <line
              className={`smo-series-${colour}`}
              x1="0"
              x2="18"
              y1="4"
              y2="4"
              strokeDasharray={DASHES[dash % DASHES.length]?.join(' ')}
            />
          </svg>
          {letter !== undefined && <strong>{letter}</strong>}
          <Name text={label} />
        </button>
      ))}
    </div>
  );
}
