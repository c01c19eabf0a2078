/** A filter in the pieces that have colours of their own. Total: what cannot be read is plain. */

import { QueryError, tokens, type IToken } from './lex';

export interface IPiece {
  readonly text: string;
  readonly look: 'name' | 'value' | 'word' | 'plain';
}

const WORDS = /^(and|or|not|in|like|ilike|is|null)$/iu;

export function painted(query: string): readonly IPiece[] {
  const found: IPiece[] = [];
  const readable = firstReadable(query);
  let from = 0;
  for (const token of readable) {
    const end = token.at + lengthOf(token);
    found.push(plain(query.slice(from, token.at)), {
      text: query.slice(token.at, end),
      look: lookOf(token)
    });
    from = end;
  }
  found.push(plain(query.slice(from)));
  return found.filter(piece => piece.text !== '');
}

/** Up to where it can be read: it is being typed. */
function firstReadable(query: string): readonly IToken[] {
  try {
    return tokens(query);
  } catch (error) {
    if (error instanceof QueryError && error.at < query.length) {
      return firstReadable(query.slice(0, error.at));
    }
    return [];
  }
}

function lengthOf(token: IToken): number {
  return token.text.length + 2 * token.quote.length;
}

function lookOf({ kind, text }: IToken): IPiece['look'] {
  if (kind === 'text' || kind === 'number') {
    return 'value';
  }
  if (kind === 'name') {
    return WORDS.test(text) ? 'word' : 'name';
  }
  return 'plain';
}

function plain(text: string): IPiece {
  return { text, look: 'plain' };
}
