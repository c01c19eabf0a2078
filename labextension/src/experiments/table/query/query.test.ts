import { describe, expect, it } from 'vitest';

import { chance, runsOf } from '../../../testing/runs';
import { trans } from '../../../testing/view';
import { queryWords } from '../../words';
import { compiled, like } from './compile';
import { QueryError } from './lex';

const RUNS = runsOf(['s.a', 's.b', 's.c', 's.d'], {
  'attributes.name': ['Heron', 'heron-2', 'tern', 'otter'],
  'attributes.status': ['finished', 'stopped', 'running', 'failed'],
  'attributes.started': [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 9), null, 0],
  'attributes.person': ['alice', 'bob', 'alice', null],
  'metrics.auc': [0.9, 0.8, NaN, null],
  'metrics.val loss': [1, 2, 3, 4],
  'params.depth': ['6', '8', '6', null],
  'params.eta': ['0.10', '0.1', 'auto', null],
  'tags.a"b': ['x', null, null, null]
});

function found(query: string): string {
  const keep = new Uint8Array(4).fill(1);
  compiled(query).apply(RUNS, keep);
  return RUNS.ids
    .filter((_, row) => keep[row])
    .map(id => id.slice(2))
    .join('');
}

describe('a filter', () => {
  it.each([
    ['', 'abcd'],
    ['  ', 'abcd'],
    ['metrics.auc > 0.84', 'a'],
    ['metric.auc<=8e-1', 'b'],
    // NaN is different from everything; what is missing is in no comparison.
    ['metrics.auc != 0.9', 'bc'],
    ['metrics.auc IS NULL', 'd'],
    ['metrics.auc is not null', 'abc'],
    ['metrics.`val loss` >= 2 AND metrics."val loss" < 4', 'bc'],
    ['params.depth != "6"', 'b'],
    ["params.depth = '6' and metrics.auc = 0.9", 'a'],
    ['params.depth > 6', 'b'],
    ['params.depth >= "8"', 'b'],
    // As text, and as number.
    ['params.eta = "0.1"', 'b'],
    ['params.eta = 0.1', 'ab'],
    ['params.eta != 0.1', 'c'],
    ['params.depth IN ("6", "7")', 'ac'],
    ["params.depth NOT IN ('6')", 'b'],
    ['metrics.`val loss` IN (1, 4)', 'ad'],
    ['attributes.run_name LIKE "heron%"', 'b'],
    ['run_name ILIKE "heron%"', 'ab'],
    ['name like "_ern"', 'c'],
    ["status = 'FINISHED'", 'a'],
    ["attributes.status != 'KILLED'", 'acd'],
    ["status IN ('RUNNING','failed')", 'cd'],
    ["run_id = 'a'", 'a'],
    ["run_id != 'a'", 'bcd'],
    ["run_id NOT IN ('s.a', 'b')", 'cd'],
    ["attr.run_id LIKE '%'", 'abcd'],
    ["tags.mlflow.user = 'alice'", 'ac'],
    ["tags.smo.person = 'bob'", 'b'],
    ["start_time > '2026-11-02'", 'b'],
    [`created < ${Date.UTC(2026, 10, 2)}`, 'ad'],
    ['tags.`a"b` = "x"', 'a'],
    ['params.nothing = "1"', ''],
    ['params.nothing IS NULL', 'abcd']
  ])('%s', (query, ids) => expect(found(query)).toBe(ids));

  it('names columns that no run has', () => {
    expect(compiled('metrics.acu > 1 and run_id = "x"').unknown(RUNS)).toEqual([
      'metrics.acu'
    ]);
  });

  it.each([
    [
      'metrics.auc >',
      14,
      'A number or a text in quotes is expected at 14, and the end is'
    ],
    ['metrics.auc > "x"', 15, 'metrics.auc is compared with a number; at 15 is none.'],
    ['params.a < "b"', 12, '< compares with a number; at 12 is none.'],
    ['metrics.auc LIKE "5"', 1, 'metrics.auc is a number, and LIKE is for texts, at 1.'],
    ['auc > 1', 1, 'Runs have no attribute auc, at 1. Write metrics.auc'],
    ['metrics.auc 5', 13, '=, <, LIKE, IN or IS is expected at 13, and 5 is there.'],
    ['metrics.a > 1 metrics.b > 1', 15, 'AND is expected at 15, and metrics.b is there.'],
    ['metrics.a > 1 OR metrics.b > 1', 15, 'MLflow’s filters have no OR, at 15.'],
    ['params.a = "x', 12, 'The quote " at 12 is not closed.'],
    ['metrics.`a > 1', 9, 'The quote ` at 9 is not closed.'],
    ['params.a IN "x"', 13, 'IN takes a list such as ("a", "b"); at 13 is x.'],
    ['params.a IN ("x"', 17, 'IN takes a list such as ("a", "b"); at 17 is the end.'],
    ['params.a IS 5', 13, 'NULL or NOT NULL is expected at 13, and 5 is there.'],
    [
      'metrics.a > 1 and',
      18,
      'A name such as metrics.auc is expected at 18, and the end'
    ],
    ['metrics.', 1, 'A name such as metrics.auc is expected at 1, and metrics. is'],
    ['metrics.a > 1;', 14, '; at 14 means nothing in a filter.'],
    ['__proto__.x = "1"', 1, 'Runs have no attribute __proto__.x, at 1.']
  ])('%s is refused with the place', (query, at, words) => {
    let refused: unknown;
    try {
      compiled(query);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(QueryError);
    expect((refused as QueryError).at + 1).toBe(at);
    expect(queryWords(refused as QueryError, trans)).toContain(words);
  });

  it('means something or is refused with a place in it, whatever is written', () => {
    const random = chance(11);
    const parts = [
      ...[
        'metrics.auc',
        'params.depth',
        'name',
        'run_id',
        'tags.',
        '.',
        'is',
        'not',
        'in'
      ],
      ...[
        'null',
        'and',
        'like',
        '(',
        ')',
        ',',
        '=',
        '<>',
        '!',
        "'",
        '"',
        '`',
        '5',
        '-1e9'
      ],
      ...['%', ' ', 'é', '😀', '\0', '"x"', "'6'", '\ud800', 'constructor', '<']
    ];
    let good = 0;
    for (let round = 0; round < 4000; round += 1) {
      const length = 1 + Math.floor(random() * 7);
      const query = Array.from(
        { length },
        () => parts[Math.floor(random() * parts.length)]!
      ).join(random() < 0.7 ? ' ' : '');
      try {
        found(query);
        good += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError);
        expect((error as QueryError).at).toBeGreaterThanOrEqual(0);
        expect((error as QueryError).at).toBeLessThanOrEqual(query.length);
        expect(queryWords(error as QueryError, trans)).not.toBe('');
      }
    }
    expect(good).toBeGreaterThan(5);
  });
});

describe('LIKE', () => {
  it('is the same as the expression it stands for', () => {
    const random = chance(3);
    const text = (marks: string) =>
      Array.from(
        { length: random() * 7 },
        () => marks[Math.floor(random() * marks.length)]
      ).join('');
    for (let round = 0; round < 2000; round += 1) {
      const [pattern, word] = [text('ab%_'), text('ab')];
      const same = new RegExp(`^${pattern.replace(/%/g, '.*').replace(/_/g, '.')}$`, 'u');
      expect(`${pattern} ${word} ${like(pattern, false)(word)}`).toBe(
        `${pattern} ${word} ${same.test(word)}`
      );
    }
  });

  it('ends also where there is much to try', () => {
    expect(like('%a%a%a%a%a%a%a%a%b', false)('a'.repeat(5000))).toBe(false);
  });
});
