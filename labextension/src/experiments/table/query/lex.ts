/** What a filter is made of, and where it stands. */

export interface IToken {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  /** Without quotes. */
  readonly text: string;
  /** Quoted with this; '' without. */
  readonly quote: '' | '"' | "'" | '`';
  /** Characters before it. */
  readonly at: number;
}

/** Why a filter cannot be read; `at`: characters before the place. */
export class QueryError extends Error {
  constructor(
    readonly code: QueryCode,
    readonly at: number,
    /** What stands there, or what is meant. */
    readonly what = ''
  ) {
    super(code);
  }
}

export type QueryCode =
  | 'quote'
  | 'sign'
  | 'name'
  | 'operator'
  | 'value'
  | 'number'
  | 'attribute'
  | 'and'
  | 'or'
  | 'list'
  | 'null'
  | 'order'
  | 'like';

const NAME = /[\p{L}\p{N}_.@/:+-]/u;
const NUMBER = /[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/iy;
const SIGNS = ['!=', '<=', '>=', '<>', '==', '=', '<', '>', '(', ')', ','];

export function tokens(query: string): IToken[] {
  const found: IToken[] = [];
  let at = 0;
  const add = (kind: IToken['kind'], text: string, quote: IToken['quote'] = '') =>
    found.push({ kind, text, quote, at });
  while (at < query.length) {
    const char = String.fromCodePoint(query.codePointAt(at) ?? 0);
    const sign = SIGNS.find(one => query.startsWith(one, at));
    if (/\s/u.test(char)) {
      at += char.length;
    } else if (char === "'" || char === '"' || char === '`') {
      const end = query.indexOf(char, at + 1);
      if (end < 0) {
        throw new QueryError('quote', at, char);
      }
      add('text', query.slice(at + 1, end), char);
      at = end + 1;
    } else if (sign) {
      add('sign', sign);
      at += sign.length;
    } else {
      const number = numberAt(query, at);
      const text = number ?? nameAt(query, at);
      if (text === '') {
        throw new QueryError('sign', at, char);
      }
      add(number === null ? 'name' : 'number', text);
      at += text.length;
    }
  }
  add('end', '');
  return found;
}

/** A number that nothing of a name follows: "5 " is one, "5fold" is not. */
function numberAt(query: string, at: number): string | null {
  NUMBER.lastIndex = at;
  const text = NUMBER.exec(query)?.[0];
  if (text === undefined) {
    return null;
  }
  const next = query.codePointAt(at + text.length);
  return next !== undefined && NAME.test(String.fromCodePoint(next)) ? null : text;
}

/** Plain characters, and quoted parts after a dot: metrics.`val loss`, tags."a b". */
function nameAt(query: string, at: number): string {
  let end = at;
  while (end < query.length) {
    const char = String.fromCodePoint(query.codePointAt(end) ?? 0);
    const quoted = (char === '`' || char === '"') && query[end - 1] === '.';
    if (quoted && end > at) {
      const close = query.indexOf(char, end + 1);
      if (close < 0) {
        throw new QueryError('quote', end, char);
      }
      return query.slice(at, close + 1);
    }
    if (!NAME.test(char)) {
      break;
    }
    end += char.length;
  }
  return query.slice(at, end);
}
