/** A button with a panel below it, closed by Escape and when the focus leaves. */

import * as React from 'react';

export function Popup(props: {
  label: string;
  /** Stable name for tests: `data-smo-do`. */
  name: string;
  className: string;
  children: React.ReactNode;
}): React.ReactElement {
  const [open, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const panel = React.useRef<HTMLDivElement>(null);
  const whole = React.useRef<HTMLSpanElement>(null);
  const id = React.useId();
  React.useEffect(() => {
    if (open) {
      const first = panel.current?.querySelector<HTMLElement>('input, button, select');
      (first ?? panel.current)?.focus();
    }
  }, [open]);
  React.useEffect(() => {
    // A click where nothing takes the focus is told by no blur.
    const leave = (event: Event) => {
      if (event.target instanceof Node && !whole.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, []);
  return (
    <span
      ref={whole}
      className="smo-Popup"
      onBlur={event => {
        const to = event.relatedTarget;
        if (to && !event.currentTarget.contains(to)) {
          setOpen(false);
        }
      }}
      onKeyDown={event => {
        if (open && event.key === 'Escape') {
          event.stopPropagation();
          setOpen(false);
          button.current?.focus();
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className={props.className}
        data-smo-do={props.name}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {props.label} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div
          ref={panel}
          id={id}
          role="dialog"
          aria-label={props.label}
          tabIndex={-1}
          className="smo-Popup-panel"
          data-smo-popup={props.name}
        >
          {props.children}
        </div>
      )}
    </span>
  );
}
