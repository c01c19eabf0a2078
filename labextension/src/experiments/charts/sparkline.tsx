/** A curve as small as a word. */

import * as React from 'react';

const WIDTH = 48;
const HEIGHT = 16;
const EDGE = 2;

/** @param props.label - what is heard in its place; '' where the value stands beside it */
export function Sparkline(props: {
  values: readonly number[];
  label: string;
}): React.ReactElement {
  const { values, label } = props;
  const lines = sparkPaths(values);
  return (
    <svg
      className="smo-Sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role={label === '' ? undefined : 'img'}
      aria-label={label || undefined}
      aria-hidden={label === '' || undefined}
      focusable="false"
    >
      <path d={lines.path} />
      {lines.end && <circle cx={lines.end[0]} cy={lines.end[1]} r="1.6" />}
    </svg>
  );
}

/** The curve, with a gap where a value is no finite number, and where it ends. */
export function sparkPaths(values: readonly number[]): {
  path: string;
  end: readonly [number, number] | null;
} {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) {
      from = Math.min(from, value);
      to = Math.max(to, value);
    }
  }
  const across = (WIDTH - 2 * EDGE) / Math.max(1, values.length - 1);
  // Halves first, since 1e308 - -1e308 is more than a number holds.
  const half = to / 2 - from / 2;
  let path = '';
  let pen = 'M';
  let end: readonly [number, number] | null = null;
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const part = half > 0 ? (value / 2 - from / 2) / half : 0.5;
    end = [
      round(EDGE + index * across),
      round(HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE))
    ];
    path += `${pen}${end[0]} ${end[1]}`;
    pen = 'L';
  });
  return { path, end };
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
