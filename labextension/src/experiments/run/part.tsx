/** A part of a run's page, and a fact in it. */

import * as React from 'react';

export function Part(props: {
  id: string;
  of: string;
  title: string;
  note?: string;
  children: React.ReactNode;
}): React.ReactElement {
  const heading = `smo-Run-${props.of}-${props.id}`;
  return (
    <section className="smo-Run-part" data-smo-part={props.id} aria-labelledby={heading}>
      <div className="smo-Run-partHead">
        <h2 id={heading}>{props.title}</h2>
        {props.note !== undefined && <span className="smo-secondary">{props.note}</span>}
      </div>
      {props.children}
    </section>
  );
}

/** A name and what is known of it; nothing where nothing is. */
export function Fact(props: {
  name: string;
  children: React.ReactNode;
}): React.ReactElement | null {
  const { children } = props;
  if (children === '' || children === null || children === false) {
    return null;
  }
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{children}</dd>
    </>
  );
}
