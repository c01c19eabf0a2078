/** Two parts, and a border between them that pointer and arrows move. */

import * as React from 'react';

import { clampShare } from './view-state';

/** Of one press of an arrow. */
const STEP = 0.02;

export function Split(props: {
  /** `row`: beside each other. */
  direction: 'row' | 'column';
  /** Of the first part. */
  share: number;
  onShare(share: number): void;
  /** Names the border: "Width of the table". */
  label: string;
  name: string;
  children: readonly [React.ReactNode, React.ReactNode];
}): React.ReactElement {
  const { direction, share, label, children } = props;
  const whole = React.useRef<HTMLDivElement>(null);
  // While it is moved only this is told: the layout is saved at the end.
  const [moving, setMoving] = React.useState<number | null>(null);
  const now = moving ?? share;
  const row = direction === 'row';
  const at = (event: React.PointerEvent) => {
    const box = whole.current?.getBoundingClientRect();
    if (!box) {
      return now;
    }
    const part = row
      ? (event.clientX - box.left) / Math.max(1, box.width)
      : (event.clientY - box.top) / Math.max(1, box.height);
    return clampShare(part);
  };
  return (
    <div
      ref={whole}
      className={`smo-Split smo-mod-${direction}`}
      data-smo-split={props.name}
      style={{ '--smo-share': now } as React.CSSProperties}
    >
      <div className="smo-Split-first">{children[0]}</div>
      <div
        className="smo-Split-border"
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={row ? 'vertical' : 'horizontal'}
        aria-valuemin={15}
        aria-valuemax={85}
        aria-valuenow={Math.round(now * 100)}
        onPointerDown={event => {
          if (event.button === 0) {
            event.preventDefault();
            event.currentTarget.setPointerCapture?.(event.pointerId);
            setMoving(share);
          }
        }}
        onPointerMove={event => {
          if (moving !== null) {
            setMoving(at(event));
          }
        }}
        onPointerUp={event => {
          if (moving !== null) {
            setMoving(null);
            props.onShare(at(event));
          }
        }}
        onPointerCancel={() => setMoving(null)}
        onKeyDown={event => {
          const by = row
            ? { ArrowLeft: -STEP, ArrowRight: STEP }
            : { ArrowUp: -STEP, ArrowDown: STEP };
          const step = (by as Record<string, number | undefined>)[event.key];
          if (step !== undefined) {
            event.preventDefault();
            event.stopPropagation();
            props.onShare(clampShare(share + step));
          }
        }}
      />
      <div className="smo-Split-second">{children[1]}</div>
    </div>
  );
}
