/**
 * MLflow's filter language for runs: comparisons joined by AND.
 * https://mlflow.org/docs/latest/search-runs
 *
 * More than MLflow's: IN, IS NULL and order also for what MLflow only compares for equality,
 * since here all is in columns.
 */

import { QueryError, tokens, type IToken } from './lex';

export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

export interface IValue {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

export interface IComparison {
  /** The column's key: "metrics.auc". */
  readonly key: string;
  readonly operator: Operator;
  /** One, for IN any number of them, for IS none. */
  readonly values: readonly IValue[];
  readonly at: number;
}

const ENTITIES: Readonly<Record<string, string>> = {
  metric: 'metrics',
  metrics: 'metrics',
  param: 'params',
  params: 'params',
  parameter: 'params',
  parameters: 'params',
  tag: 'tags',
  tags: 'tags',
  attr: 'attributes',
  attribute: 'attributes',
  attributes: 'attributes',
  run: 'attributes',
  dataset: 'datasets',
  datasets: 'datasets'
};

/** MLflow's names of attributes, and ours. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  run_id: 'id',
  id: 'id',
  run_name: 'name',
  'run name': 'name',
  name: 'name',
  status: 'status',
  user_id: 'person',
  person: 'person',
  start_time: 'started',
  created: 'started',
  started: 'started',
  end_time: 'ended',
  ended: 'ended',
  time: 'time',
  experiment: 'experiment',
  experiment_id: 'experiment',
  store: 'store',
  data: 'data',
  commit: 'commit',
  changed: 'changed',
  notebook: 'notebook',
  note: 'note'
};

/** What others keep in tags and data sets, and the table has as attributes. */
const SAME: Readonly<Record<string, string>> = {
  'tags.mlflow.runName': 'attributes.name',
  'tags.mlflow.user': 'attributes.person',
  'tags.mlflow.note.content': 'attributes.note',
  'tags.smo.person': 'attributes.person',
  'tags.smo.commit': 'attributes.commit',
  'tags.smo.changed': 'attributes.changed',
  'tags.smo.notebook': 'attributes.notebook',
  'datasets.name': 'attributes.data'
};

/** Raises QueryError. Nothing written: no comparisons. */
export function parsed(query: string): IComparison[] {
  const list = tokens(query);
  const found: IComparison[] = [];
  let next = 0;
  const peek = () => list[next] as IToken;
  const take = () => list[next < list.length - 1 ? next++ : next] as IToken;
  const isWord = (word: string) =>
    peek().kind === 'name' && peek().text.toUpperCase() === word;
  const skip = (word: string) => isWord(word) && take();
  if (peek().kind === 'end') {
    return found;
  }
  for (;;) {
    const name = take();
    const key = keyOf(name);
    const operator = operatorOf();
    found.push({ key, operator, values: valuesOf(operator), at: name.at });
    if (peek().kind === 'end') {
      return found;
    }
    if (!skip('AND')) {
      throw new QueryError(isWord('OR') ? 'or' : 'and', peek().at, peek().text);
    }
  }

  function operatorOf(): Operator {
    const token = take();
    const word = token.text.toUpperCase();
    if (token.kind === 'sign' && !'(),'.includes(token.text)) {
      const same: Record<string, string> = { '==': '=', '<>': '!=' };
      return (same[token.text] ?? token.text) as Operator;
    }
    if (token.kind === 'name' && (word === 'LIKE' || word === 'ILIKE' || word === 'IN')) {
      return word;
    }
    if (token.kind === 'name' && word === 'NOT' && skip('IN')) {
      return 'NOT IN';
    }
    if (token.kind === 'name' && word === 'IS') {
      const not = skip('NOT');
      if (skip('NULL')) {
        return not ? 'IS NOT NULL' : 'IS NULL';
      }
      throw new QueryError('null', peek().at, peek().text);
    }
    throw new QueryError('operator', token.at, token.text);
  }

  function valuesOf(operator: Operator): IValue[] {
    if (operator === 'IS NULL' || operator === 'IS NOT NULL') {
      return [];
    }
    if (operator !== 'IN' && operator !== 'NOT IN') {
      return [valueOf(take())];
    }
    const open = take();
    if (open.text !== '(' || open.kind !== 'sign') {
      throw new QueryError('list', open.at, open.text);
    }
    const values = [];
    for (;;) {
      values.push(valueOf(take()));
      const sign = take();
      if (sign.kind === 'sign' && sign.text === ')') {
        return values;
      }
      if (sign.kind !== 'sign' || sign.text !== ',') {
        throw new QueryError('list', sign.at, sign.text);
      }
    }
  }
}

function valueOf(token: IToken): IValue {
  const quoted = token.kind === 'text' && token.quote !== '`';
  if (!quoted && token.kind !== 'number') {
    throw new QueryError('value', token.at, token.text);
  }
  return { text: token.text, quoted, at: token.at };
}

/** "metrics.`val loss`" is the column "metrics.val loss"; a name alone is an attribute. */
function keyOf(token: IToken): string {
  if (token.kind === 'text' && token.quote !== "'") {
    return attribute(token.text, token.at);
  }
  if (token.kind !== 'name') {
    throw new QueryError('name', token.at, token.text);
  }
  const dot = token.text.indexOf('.');
  const entity = dot < 0 ? undefined : own(ENTITIES, token.text.slice(0, dot));
  const rest = token.text.slice(dot + 1).replace(/^([`"])(.*)\1$/su, '$2');
  if (entity === undefined) {
    return attribute(token.text, token.at);
  }
  if (rest === '') {
    throw new QueryError('name', token.at, token.text);
  }
  if (entity === 'attributes') {
    return attribute(rest, token.at);
  }
  const key = `${entity}.${rest}`;
  return Object.hasOwn(SAME, key) ? (SAME[key] as string) : key;
}

function attribute(name: string, at: number): string {
  const known = own(ATTRIBUTES, name.toLowerCase());
  if (known === undefined) {
    throw new QueryError('attribute', at, name);
  }
  return `attributes.${known}`;
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name.toLowerCase()) ? table[name.toLowerCase()] : undefined;
}
