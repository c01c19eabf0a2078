/**
 * How a column's numbers lie, drawn in its head; dragging over it narrows the list. For the
 * keyboard there is the filter, which says the same in words.
 */

import * as React from 'react';

import { BINS, brushed, type Facet, type IHistogram } from './table/facets';

const WIDTH = 100;
const HEIGHT = 20;

export function Histogram(props: {
  shown: IHistogram;
  facet: Facet | undefined;
  onBrush(facet: Facet | null): void;
}): React.ReactElement {
  const { shown, facet } = props;
  const [drag, setDrag] = React.useState<readonly [number, number] | null>(null);
  const highest = Math.max(...shown.all, 1);
  const step = WIDTH / BINS;
  const binAt = (event: React.PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const bin = Math.floor(((event.clientX - left) / (width || 1)) * BINS);
    return Math.max(0, Math.min(BINS - 1, bin));
  };
  const bar = (bin: number, count: number) => {
    const height = count === 0 ? 0 : Math.max(1, (count / highest) * HEIGHT);
    return { x: bin * step, y: HEIGHT - height, width: step - 1, height };
  };
  return (
    <svg
      className="smo-Histogram"
      aria-hidden="true"
      data-smo-histogram={facet ? 'narrows' : 'all'}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      onPointerDown={event => {
        if (event.button === 0) {
          const bin = binAt(event);
          event.currentTarget.setPointerCapture?.(event.pointerId);
          setDrag([bin, bin]);
        }
      }}
      onPointerMove={event => drag && setDrag([drag[0], binAt(event)])}
      onPointerCancel={() => setDrag(null)}
      onPointerUp={() => {
        if (drag) {
          setDrag(null);
          // A click where it narrows already takes that back.
          const click = drag[0] === drag[1];
          props.onBrush(click && facet ? null : brushed(shown, drag[0], drag[1]));
        }
      }}
    >
      {Array.from(shown.all, (all, bin) => (
        <React.Fragment key={bin}>
          <rect className="smo-Histogram-all" {...bar(bin, all)} />
          <rect className="smo-Histogram-kept" {...bar(bin, shown.kept[bin] ?? 0)} />
        </React.Fragment>
      ))}
      {drag && (
        <rect
          className="smo-Histogram-brush"
          x={Math.min(...drag) * step}
          y={0}
          width={(Math.abs(drag[1] - drag[0]) + 1) * step}
          height={HEIGHT}
        />
      )}
    </svg>
  );
}
