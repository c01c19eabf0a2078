/** A filter as a test of columns. */

import {
  parsedNumber,
  type Column,
  type INumbers,
  type IRuns,
  type IWords
} from '../columns';
import { QueryError } from './lex';
import { parsed, type IComparison, type IValue, type Operator } from './parse';

export interface IFilter {
  /** Sets 0 in `keep` for the rows that are out. */
  apply(runs: IRuns, keep: Uint8Array): void;
  /** Columns that it names and no run has. */
  unknown(runs: IRuns): string[];
}

/** Raises QueryError: a filter either means something for all runs or for none. */
export function compiled(query: string): IFilter {
  const tests = parsed(query).map(one => ({ key: one.key, test: testOf(one) }));
  return {
    apply: (runs, keep) => tests.forEach(({ test }) => test(runs, keep)),
    unknown: runs =>
      tests.map(({ key }) => key).filter(key => key !== ID && !runs.columns.has(key))
  };
}

type Test = (runs: IRuns, keep: Uint8Array) => void;
type Holds<T> = (value: T) => boolean;

const ID = 'attributes.id';
const TIMES = new Set(['attributes.started', 'attributes.ended']);
const ORDERS: ReadonlySet<Operator> = new Set(['<', '<=', '>', '>=']);

/** What MLflow calls a state, and we do. */
const STATES: Readonly<Record<string, string>> = { killed: 'stopped' };

function testOf(one: IComparison): Test {
  const { key, operator } = one;
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') {
    const wanted = operator === 'IS NOT NULL';
    return (runs, keep) => {
      const column = runs.columns.get(key);
      for (let row = 0; row < keep.length; row += 1) {
        if ((key === ID || isThere(column, row)) !== wanted) {
          keep[row] = 0;
        }
      }
    };
  }
  const needsNumber = key.startsWith('metrics.') || key === 'attributes.time';
  const numbers = one.values.map(value => numberOf(value, TIMES.has(key)));
  one.values.forEach((value, index) => {
    if (numbers[index] === null && (needsNumber || TIMES.has(key))) {
      throw new QueryError('number', value.at, key);
    }
    if (numbers[index] === null && ORDERS.has(operator)) {
      throw new QueryError('order', value.at, operator);
    }
  });
  if ((operator === 'LIKE' || operator === 'ILIKE') && (needsNumber || TIMES.has(key))) {
    throw new QueryError('like', one.at, key);
  }
  const texts = one.values.map(({ text }) =>
    key === 'attributes.status'
      ? (STATES[text.toLowerCase()] ?? text.toLowerCase())
      : text
  );
  const number = numberTest(operator, numbers, texts);
  const plain = textTest(operator, texts, numbers);
  const bare = one.values.some(value => !value.quoted) && numbers.every(n => n !== null);
  // params.eta = 0.1 is also the text "0.10"; params.eta = "0.1" is that text alone.
  const text: Holds<string> =
    bare && !operator.endsWith('LIKE')
      ? word => {
          const value = parsedNumber(word);
          return value === null
            ? operator.startsWith('N') || operator === '!='
            : number(value);
        }
      : plain;
  return (runs, keep) => {
    if (key === ID) {
      return byId(runs.ids, text, operator, keep);
    }
    const column = runs.columns.get(key);
    if (!column) {
      keep.fill(0);
    } else if (column.kind === 'numbers') {
      byNumber(column, number, keep);
    } else {
      byWord(column, text, keep);
    }
  };
}

function byNumber(column: INumbers, holds: Holds<number>, keep: Uint8Array): void {
  const { values, there } = column;
  for (let row = 0; row < keep.length; row += 1) {
    if (keep[row] && !(there[row] && holds(values[row] as number))) {
      keep[row] = 0;
    }
  }
}

function byWord(column: IWords, holds: Holds<string>, keep: Uint8Array): void {
  const held = Uint8Array.from(column.words, word => (holds(word) ? 1 : 0));
  const { codes } = column;
  for (let row = 0; row < keep.length; row += 1) {
    if (!held[codes[row] as number]) {
      keep[row] = 0;
    }
  }
}

/** An id is "<store>.<the store's own id>"; who writes a filter knows the store's own. */
function byId(
  ids: readonly string[],
  holds: Holds<string>,
  operator: Operator,
  keep: Uint8Array
): void {
  const negative = operator === '!=' || operator === 'NOT IN';
  ids.forEach((id, row) => {
    const both = [holds(id), holds(id.slice(id.indexOf('.') + 1))];
    if (negative ? both.includes(false) : !both.includes(true)) {
      keep[row] = 0;
    }
  });
}

/** A parameter that is a number in every run is kept as number: "6" means 6 there. */
function numberTest(
  operator: Operator,
  numbers: readonly (number | null)[],
  texts: readonly string[]
): Holds<number> {
  const wanted = numbers[0] ?? NaN;
  switch (operator) {
    case '=':
      return value => value === wanted;
    case '!=':
      return value => value !== wanted;
    case '<':
      return value => value < wanted;
    case '<=':
      return value => value <= wanted;
    case '>':
      return value => value > wanted;
    case '>=':
      return value => value >= wanted;
    case 'IN':
      return value => numbers.some(one => one === value);
    case 'NOT IN':
      return value => !numbers.some(one => one === value);
    default: {
      const holds = textTest(operator, texts, numbers);
      return value => holds(String(value));
    }
  }
}

function textTest(
  operator: Operator,
  texts: readonly string[],
  numbers: readonly (number | null)[]
): Holds<string> {
  const [wanted = ''] = texts;
  switch (operator) {
    case '=':
      return word => word === wanted;
    case '!=':
      return word => word !== wanted;
    case 'IN':
      return word => texts.includes(word);
    case 'NOT IN':
      return word => !texts.includes(word);
    case 'LIKE':
    case 'ILIKE':
      return like(wanted, operator === 'ILIKE');
    default: {
      const holds = numberTest(operator, numbers, texts);
      return word => {
        const value = parsedNumber(word);
        return value !== null && holds(value);
      };
    }
  }
}

/**
 * SQL's LIKE, by one walk with one place to return to: a regular expression made of
 * somebody's "%a%a%a%b" can take for ever.
 */
export function like(pattern: string, fold: boolean): Holds<string> {
  const marks = Array.from(fold ? pattern.toLowerCase() : pattern);
  return word => {
    const chars = Array.from(fold ? word.toLowerCase() : word);
    let [at, mark, back, from] = [0, 0, -1, 0];
    while (at < chars.length) {
      if (marks[mark] === '%') {
        back = mark;
        from = at;
        mark += 1;
      } else if (
        mark < marks.length &&
        (marks[mark] === '_' || marks[mark] === chars[at])
      ) {
        at += 1;
        mark += 1;
      } else if (back >= 0) {
        mark = back + 1;
        from += 1;
        at = from;
      } else {
        return false;
      }
    }
    while (marks[mark] === '%') {
      mark += 1;
    }
    return mark === marks.length;
  };
}

function isThere(column: Column | undefined, row: number): boolean {
  return column?.kind === 'words'
    ? (column.codes[row] ?? -1) >= 0
    : column?.there[row] === 1;
}

/** Null: not a number; for times also a date in quotes, "2026-11-01". */
function numberOf(value: IValue, isTime: boolean): number | null {
  const text = value.text.trim();
  const number = text === '' ? NaN : Number(text);
  if (!Number.isNaN(number)) {
    return number;
  }
  const time = isTime && /^\d{4}-\d\d/u.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? null : time;
}
