/**
 * How a column's numbers lie, drawn in its head; dragging over it narrows the list. For the
 * keyboard there is the filter, which says the same in words.
 */

import * as React from 'react';

import { BINS, brushed, type Facet, type IHistogram } from './table/facets';

const WIDTH = 100;
const HEIGHT = 20;

interface IHistogramProps {
  shown: IHistogram;
  /** The column's key. */
  of: string;
  facet: Facet | undefined;
  onFacet(key: string, facet: Facet | null): void;
}

export const Histogram = React.memo(function Histogram(
  props: IHistogramProps
): React.ReactElement {
  const { shown, facet } = props;
  const [drag, setDrag] = React.useState<readonly [number, number] | null>(null);
  const highest = Math.max(...shown.all, 1);
  const step = WIDTH / BINS;
  const binAt = (event: React.PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const bin = Math.floor(((event.clientX - left) / (width || 1)) * BINS);
    return Math.max(0, Math.min(BINS - 1, bin));
  };
  // One path for all bars: forty elements in each head are felt with every search.
  const bars = (counts: Int32Array) =>
    Array.from(counts, (count, bin) => {
      const height = count === 0 ? 0 : Math.max(1, (count / highest) * HEIGHT);
      return `M${bin * step} ${HEIGHT}v${-height}h${step - 1}v${height}z`;
    }).join('');
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
          props.onFacet(
            props.of,
            click && facet ? null : brushed(shown, drag[0], drag[1])
          );
        }
      }}
    >
      <path className="smo-Histogram-all" d={bars(shown.all)} />
      <path className="smo-Histogram-kept" d={bars(shown.kept)} />
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
});
