/** From values to places on an axis, and the values that an axis names. */

import { figure, stopwatch } from '../format';

export interface IScale {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
}

/** Where a value lies, 0 to 1; outside of it for what is not in sight. */
export function placeOf({ from, to, log }: IScale, value: number): number {
  if (log) {
    return Math.log(value / from) / Math.log(to / from);
  }
  // Halves first, since 1e308 - -1e308 is more than a number holds.
  return (value / 2 - from / 2) / (to / 2 - from / 2);
}

export function valueAt({ from, to, log }: IScale, place: number): number {
  return log ? from * Math.pow(to / from, place) : from * (1 - place) + to * place;
}

/** A scale that has the ends in sight with some room; null: there is nothing to show. */
export function roomy(from: number, to: number, log: boolean): IScale | null {
  if (!(from <= to) || (log && !(from > 0))) {
    return null;
  }
  if (log) {
    const room = Math.max(Math.pow(to / from, 0.04), 1.01);
    return { from: Math.max(from / room, Number.MIN_VALUE), to: finite(to * room), log };
  }
  const room = (to / 2 - from / 2) * 0.08 || Math.abs(to) * 0.05 || 1;
  return { from: finite(from - room), to: finite(to + room), log };
}

function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

export interface ITicks {
  readonly at: readonly number[];
  words(value: number): string;
}

/** Round numbers, at most `most` of them. */
export function ticks(scale: IScale, most: number): ITicks {
  return scale.log ? logTicks(scale, most) : roundTicks(scale, most);
}

function roundTicks({ from, to }: IScale, most: number): ITicks {
  const rough = (to / 2 - from / 2) * (2 / Math.max(1, most));
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = power * ([1, 2, 5, 10].find(one => one * power >= rough * 0.999) ?? 10);
  const at = multiples(from, to, step, most + 2);
  const digits = Math.max(0, Math.min(20, -Math.floor(Math.log10(step) + 1e-9)));
  const words = (value: number) => {
    const size = Math.max(Math.abs(from), Math.abs(to));
    return size >= 1e6 || size < 1e-3 || digits > 6
      ? value.toExponential(2).replace(/\.?0+e/u, 'e')
      : value.toFixed(digits);
  };
  return { at, words };
}

/** Powers of ten, and their doubles and fives where there are few. */
function logTicks({ from, to }: IScale, most: number): ITicks {
  const decades = Math.log10(to / from);
  if (decades < 1) {
    return { at: roundTicks({ from, to, log: false }, most).at, words: figure };
  }
  const every = Math.max(1, Math.ceil(decades / most));
  const between = decades * 3 <= most ? [1, 2, 5] : [1];
  const at: number[] = [];
  for (
    let power = Math.floor(Math.log10(from));
    power <= Math.log10(to);
    power += every
  ) {
    for (const times of between) {
      const value = times * Math.pow(10, power);
      if (value >= from && value <= to) {
        at.push(value);
      }
    }
  }
  return {
    at,
    words: value => (value >= 1e-3 && value < 1e6 ? short(value) : exponent(value))
  };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPANS = [
  ...[1, 2, 5, 10, 15, 30].map(one => one * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(one => one * MINUTE),
  ...[1, 2, 3, 6, 12].map(one => one * HOUR),
  ...[1, 2, 7, 14, 30, 91, 365, 1826].map(one => one * DAY)
];

/** Times of day, or days, in the person's own time. */
export function timeTicks({ from, to }: IScale, most: number): ITicks {
  const step = spanFor(from, to, most);
  // A tick lies at a full hour or midnight here, not in Greenwich.
  const ahead = new Date(from).getTimezoneOffset() * MINUTE;
  const at = multiples(from - ahead, to - ahead, step, most + 2).map(one => one + ahead);
  const format = new Intl.DateTimeFormat(
    undefined,
    step >= DAY
      ? { day: 'numeric', month: 'short', year: step > 60 * DAY ? 'numeric' : undefined }
      : {
          hour: '2-digit',
          minute: '2-digit',
          second: step < MINUTE ? '2-digit' : undefined,
          hourCycle: 'h23'
        }
  );
  return { at, words: value => format.format(new Date(value)) };
}

/** Time since the beginning, in milliseconds. */
export function spanTicks(scale: IScale, most: number): ITicks {
  const { from, to } = scale;
  if (to - from < 3 * SECOND) {
    const { at, words } = roundTicks(
      { from: from / SECOND, to: to / SECOND, log: false },
      most
    );
    return {
      at: at.map(one => one * SECOND),
      words: value => `${words(value / SECOND)} s`
    };
  }
  const at = multiples(from, to, spanFor(from, to, most), most + 2);
  return { at, words: value => (value < 0 ? '' : stopwatch(value)) };
}

function spanFor(from: number, to: number, most: number): number {
  const rough = (to - from) / Math.max(1, most);
  return SPANS.find(one => one >= rough) ?? Math.ceil(rough / (3652 * DAY)) * 3652 * DAY;
}

function multiples(from: number, to: number, step: number, most: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const at: number[] = [];
  for (let index = 0; index < most; index += 1) {
    const value = (first + index) * step;
    if (!(value <= to + step * 1e-9)) {
      break;
    }
    at.push(value === 0 ? 0 : value); // never -0
  }
  return at;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function exponent(value: number): string {
  return value.toExponential(0);
}
