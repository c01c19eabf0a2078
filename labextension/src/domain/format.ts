/** Money, times and sizes as people read them. What is not known is said, and never 0. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** Dollars: "$0.23"; below a cent with as many digits as it takes. */
export function money(amount: number): string {
  const digits = amount > 0 && amount < 0.01 ? 4 : 2;
  const text = Math.abs(amount).toLocaleString(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  });
  return amount < 0 ? `−$${text}` : `$${text}`;
}

/** Dollars that add up: less than a cent is said so. */
export function cents(amount: number): string {
  return amount > 0 && amount < 0.01 ? '< $0.01' : money(amount);
}

/** "$0.23 / h" */
export function rate(amount: number | null, trans: TranslationBundle): string {
  return amount === null ? trans.__('unknown') : trans.__('%1 / h', money(amount));
}

/** "up to $16.99" */
export function upTo(amount: number | null, trans: TranslationBundle): string {
  return amount === null ? trans.__('unknown') : trans.__('up to %1', cents(amount));
}

/** "$3.20 / month" */
export function monthly(amount: number | null, trans: TranslationBundle): string {
  return amount === null ? trans.__('unknown') : trans.__('%1 / month', money(amount));
}

/** A span: "40 s", "12 min", "6 h 4 min", "20 h", "3 days". */
export function span(seconds: number, trans: TranslationBundle): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return trans.__('%1 s', Math.max(0, Math.floor(seconds)));
  }
  if (minutes < 60) {
    return trans.__('%1 min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 12 && minutes % 60 > 0) {
    return trans.__('%1 h %2 min', hours, minutes % 60);
  }
  return hours < 48
    ? trans.__('%1 h', hours)
    : trans.__('%1 days', Math.floor(hours / 24));
}

/** Minutes as a setting: "60 min", "2 h 30 min". */
export function minutesWords(minutes: number, trans: TranslationBundle): string {
  return minutes <= 120 ? trans.__('%1 min', minutes) : span(minutes * 60, trans);
}

/** A day and a time: "7 Nov, 11:40", with the year where it is another one. */
export function moment(time: string | null, now = new Date()): string {
  const date = parse(time);
  if (!date) {
    return '';
  }
  return date.toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    year: date.getFullYear() === now.getFullYear() ? undefined : 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  });
}

/** The whole date, on hover. */
export function fullDate(time: string | null): string {
  const date = parse(time);
  return date
    ? date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })
    : '';
}

/** A day: "2 November 2026". */
export function day(time: string | null): string {
  const date = parse(time);
  return date
    ? date.toLocaleDateString(undefined, {
        dateStyle: 'long',
        // A price list has a date and no time: it must not become the day before.
        timeZone: time?.length === 10 ? 'UTC' : undefined
      })
    : (time ?? '');
}

/** "10:14:32" */
export function clock(time: string | null): string {
  const date = parse(time);
  return date
    ? date.toLocaleTimeString(undefined, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23'
      })
    : '';
}

export function count(value: number): string {
  return value.toLocaleString();
}

function parse(time: string | null): Date | null {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
