/** Our icons inside React views. */

import * as React from 'react';

import { SHAPES, type IconName, type Shape } from './shapes';

/** Drawn only: the word stands beside it, or in the control's label. */
export function Icon(props: { name: IconName; tone?: string }): React.ReactElement {
  const shape: Shape = SHAPES[props.name];
  return (
    <svg
      className={`smo-Icon smo-tone-${props.tone ?? 'plain'}`}
      data-smo-icon={props.name}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      {shape.map(([stroke, d]) => (
        <path key={d} className={`smo-stroke-${stroke}`} d={d} />
      ))}
    </svg>
  );
}
