/** How a run is drawn: the same colour, broken line and letter in every chart. */

import { COLOURS, placeOf } from '../table/selection';
import { DASHES, type ISeries } from './props';

export type Look = Pick<ISeries, 'letter' | 'colour' | 'dash'>;

/** Of a chosen run. Colour and dash together repeat after 36. */
export function lookOf(letter: string): Look {
  return { letter, ...atPlace(placeOf(letter)) };
}

/** Of a run without a letter, by its place among those shown. */
export function lookAt(place: number): Look {
  return { colour: place % COLOURS, dash: Math.floor(place / COLOURS) % DASHES.length };
}

function atPlace(place: number): { colour: number; dash: number } {
  return {
    colour: place % COLOURS,
    dash: (place + Math.floor(place / COLOURS)) % DASHES.length
  };
}
