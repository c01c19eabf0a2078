/** Buttons as every room uses them. */

import * as React from 'react';

import { Icon } from './icon';
import type { IconName } from './shapes';

export interface IButtonProps {
  label: string;
  onClick(event: React.MouseEvent): void;
  /**
   * `accent` is the one main action; `danger` ends or loses something, and `outline` asks
   * before it does.
   */
  look?: 'plain' | 'accent' | 'danger' | 'outline' | 'link';
  /** Names the button where the label alone would not: "Stop… tuning-gpu". */
  hint?: string;
  /** Shown in place of the label, which then names the button for readers and on hover. */
  icon?: IconName;
  disabled?: boolean;
  tabIndex?: number;
  /** Stable name for tests and style: `data-smo-do`. */
  name?: string;
}

export const Button = React.forwardRef<HTMLButtonElement, IButtonProps>(
  function Button(props, ref) {
    const { icon, label } = props;
    return (
      <button
        ref={ref}
        type="button"
        className={`smo-Button smo-mod-${icon ? 'icon' : (props.look ?? 'plain')}`}
        data-smo-do={props.name}
        disabled={props.disabled}
        tabIndex={props.tabIndex}
        aria-label={icon ? label : props.hint}
        title={icon ? label : props.hint}
        onClick={event => {
          event.stopPropagation();
          props.onClick(event);
        }}
      >
        {icon ? <Icon name={icon} /> : label}
      </button>
    );
  }
);

/** A name cut in the middle, since the ends tell names apart; whole on hover. */
export function Name(props: { text: string }): React.ReactElement {
  const { text } = props;
  const tail = text.length > 16 ? 12 : 0;
  return (
    <span className="smo-Name" title={text}>
      <span className="smo-Name-head">{text.slice(0, text.length - tail)}</span>
      {tail > 0 && <span className="smo-Name-tail">{text.slice(-tail)}</span>}
    </span>
  );
}

/** A thin bar; without a percentage it says only that work goes on. */
export function Bar(props: {
  percent: number | null;
  label: string;
}): React.ReactElement {
  const { percent } = props;
  return (
    <div
      className="smo-Bar"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <div
        className={percent === null ? 'smo-Bar-unknown' : 'smo-Bar-done'}
        style={percent === null ? undefined : { width: `${clamp(percent)}%` }}
      />
    </div>
  );
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
