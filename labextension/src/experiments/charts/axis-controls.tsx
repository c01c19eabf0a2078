/** An axis' name, ends and brush, for pointer and keyboard. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { titleOf } from '../shown-columns';
import type { IAxis, IBrush } from './axes';

/** Pixels beside the first and the last axis. */
export const SIDE = 56;
const WIDE = 18;
/** Words that an axis has room for. */
const WORDS = 12;
/** A press of an arrow key, as a part of the axis. */
const NUDGE = 0.02;

interface IControlsProps {
  axis: IAxis;
  index: number;
  x: number;
  /** Pixels for its name. */
  wide: number;
  top: number;
  height: number;
  brush: IBrush | null;
  log: boolean;
  isNumber: boolean;
  first: boolean;
  trans: TranslationBundle;
  onBrush(brush: IBrush | null): void;
  onMove(by: number): void;
  onLog(): void;
  /** The axis nearest to a point of the window. */
  placeAt(clientX: number): number;
}

export function AxisControls(props: IControlsProps): React.ReactElement {
  const { axis, x, top, height, brush, trans, index } = props;
  const title = titleOf(axis.key, trans);
  const drag = React.useRef<{ kind: 'new' | 'move'; at: number; brush: IBrush } | null>(
    null
  );
  const placeOf = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return clamp(1 - (event.clientY - box.top) / box.height);
  };
  const nudge = (end: 'from' | 'to', by: number) => {
    const old = brush ?? { from: 0, to: 1 };
    const step = axis.words.length > 0 ? 1 / axis.words.length : NUDGE;
    const next = { ...old, [end]: clamp(old[end] + by * step) };
    props.onBrush(
      next.to < next.from || (next.from === 0 && next.to === 1) ? null : next
    );
  };
  const words = axis.words.length > 0 && axis.words.length <= WORDS ? axis.words : [];
  return (
    <div
      className="smo-Axis"
      style={{ left: x, ['--smo-axis' as string]: `${props.wide}px` }}
      data-smo-axis={axis.key}
    >
      <button
        type="button"
        className="smo-Axis-title"
        title={
          props.isNumber
            ? trans.__(
                '%1. Drag it, or Left and Right, to move it; L makes it logarithmic.',
                axis.key
              )
            : trans.__('%1. Drag it, or Left and Right, to move it.', axis.key)
        }
        aria-pressed={props.isNumber ? props.log : undefined}
        onKeyDown={event => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            props.onMove(by);
          } else if (event.key === 'l' && props.isNumber) {
            props.onLog();
          }
        }}
        onDoubleClick={() => props.isNumber && props.onLog()}
        onPointerDown={event => event.currentTarget.setPointerCapture?.(event.pointerId)}
        onPointerUp={event => {
          const to = props.placeAt(event.clientX);
          if (to !== index) {
            props.onMove(to - index);
          }
        }}
      >
        {title}
        {props.log && <span className="smo-secondary"> log</span>}
      </button>
      <span className="smo-Axis-end" style={{ top: top - 16 }}>
        {words.length === 0 && axis.said(1)}
      </span>
      <span className="smo-Axis-end" style={{ top: top + height + 1 }}>
        {words.length === 0 && axis.said(0)}
        {axis.missing > 0 && (
          <span
            className="smo-Axis-missing"
            title={trans.__('%1 runs have no value here', axis.missing)}
          >
            –
          </span>
        )}
      </span>
      {words.map((word, place) => (
        <span
          key={word}
          className="smo-Axis-word smo-Grid-text"
          title={word}
          style={{ top: top + (1 - (place + 0.5) / words.length) * height - 7 }}
        >
          {word.slice(0, 60)}
        </span>
      ))}
      <div
        className="smo-Axis-line"
        style={{ top, height, width: WIDE, marginLeft: -WIDE / 2 }}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture?.(event.pointerId);
          const at = placeOf(event);
          const inside = brush && at >= brush.from && at <= brush.to;
          drag.current = {
            kind: inside ? 'move' : 'new',
            at,
            brush: brush ?? { from: at, to: at }
          };
          if (!inside) {
            props.onBrush(null);
          }
        }}
        onPointerMove={event => {
          const from = drag.current;
          if (!from) {
            return;
          }
          const at = placeOf(event);
          if (from.kind === 'new') {
            if (Math.abs(at - from.at) > 0.01) {
              props.onBrush({ from: Math.min(at, from.at), to: Math.max(at, from.at) });
            }
            return;
          }
          const by = Math.min(
            1 - from.brush.to,
            Math.max(-from.brush.from, at - from.at)
          );
          props.onBrush({ from: from.brush.from + by, to: from.brush.to + by });
        }}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
        onDoubleClick={() => props.onBrush(null)}
      >
        {brush && (
          <span
            className="smo-Axis-brush"
            style={{
              top: (1 - brush.to) * height,
              height: (brush.to - brush.from) * height
            }}
          />
        )}
      </div>
      {(['to', 'from'] as const).map(end => (
        <span
          key={end}
          role="slider"
          className="smo-Axis-handle"
          aria-orientation="vertical"
          aria-label={
            end === 'to'
              ? trans.__('Upper end of %1', title)
              : trans.__('Lower end of %1', title)
          }
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round((brush?.[end] ?? (end === 'to' ? 1 : 0)) * 100)}
          aria-valuetext={axis.said(brush?.[end] ?? (end === 'to' ? 1 : 0))}
          tabIndex={0}
          style={{
            top: top + (1 - (brush?.[end] ?? (end === 'to' ? 1 : 0))) * height - 4
          }}
          onKeyDown={event => {
            const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
            if (by !== undefined) {
              event.preventDefault();
              nudge(end, by);
            } else if (event.key === 'Delete' || event.key === 'Escape') {
              event.preventDefault();
              props.onBrush(null);
            }
          }}
        />
      ))}
    </div>
  );
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}
