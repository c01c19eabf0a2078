/** What is pointed at, beside the point. */

import * as React from 'react';

import type { IFrame, ILine } from './lines';
import { placeOf } from './scale';

export function Told(props: {
  words: { name: string; value: string; where: string };
  line: ILine;
  at: number;
  frame: IFrame;
}): React.ReactElement {
  const { words, line, frame, at } = props;
  const part = placeOf(frame.x, line.xs[at] ?? 0);
  const right = part > 0.6;
  const x = frame.left + Math.min(1, Math.max(0, part)) * frame.width;
  return (
    <div
      className="smo-Curves-told"
      style={right ? { right: `calc(100% - ${x - 10}px)` } : { left: x + 10 }}
      aria-hidden="true"
    >
      {line.series.letter !== undefined && (
        <span className={`smo-Letter smo-person-${line.series.colour}`}>
          {line.series.letter}
        </span>
      )}
      <span className="smo-Grid-text">{words.name}</span>
      <strong>{words.value}</strong>
      <span className="smo-secondary">{words.where}</span>
    </div>
  );
}
