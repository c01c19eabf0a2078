/** People, as a letter in a circle and a name; the letter is drawn only. */

import * as React from 'react';

import { Icon } from '../shell/icon';

/** Colours of the circles, as in the style: white on each is at least 4.5 to 1. */
const COLOURS = 6;

export function Person(props: { name: string; team?: boolean }): React.ReactElement {
  const { name } = props;
  return (
    <span className="smo-Person">
      {props.team || !/\p{L}|\p{N}/u.test(name) ? (
        props.team && <Icon name="team" />
      ) : (
        <span
          className={`smo-Person-letter smo-person-${colour(name)}`}
          aria-hidden="true"
        >
          {String.fromCodePoint(name.codePointAt(0) ?? 32).toUpperCase()}
        </span>
      )}
      <span className="smo-Person-name">{name}</span>
    </span>
  );
}

/** The same one for the same name. */
function colour(name: string): number {
  let sum = 0;
  for (const letter of name) {
    sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  }
  return sum % COLOURS;
}
