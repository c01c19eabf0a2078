/** Figures and times of runs as people read them. */

/** Four digits that count, "0.8904"; whole numbers whole. The rest is on hover. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) {
    return String(value);
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  }
  if (size >= 1e6 || size < 1e-4) {
    return value.toExponential(2);
  }
  return size >= 1000 ? value.toFixed(1) : value.toPrecision(4);
}

const HOUR = 3_600_000;
const DAY = new Map<string, Intl.DateTimeFormat>();

/** "9 Nov, 14:20", with the year where it is another one. */
export function moment(time: number, now = Date.now()): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  let format = DAY.get(year ?? '');
  if (!format) {
    // Kept, since making one takes longer than drawing the row.
    format = new Intl.DateTimeFormat(undefined, {
      day: 'numeric',
      month: 'short',
      year,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23'
    });
    DAY.set(year ?? '', format);
  }
  return format.format(date);
}

let full: Intl.DateTimeFormat | undefined;

/** The whole date, on hover. */
export function fullDate(time: number): string {
  const date = new Date(time);
  full ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return Number.isNaN(date.getTime()) ? '' : full.format(date);
}

/** A span of milliseconds as on a stopwatch: "6:12", "1:04:09". */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return milliseconds >= HOUR
    ? `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`
    : `${minutes}:${two(seconds)}`;
}

export function count(value: number): string {
  return value.toLocaleString();
}
