import { describe, expect, it } from 'vitest';

import { found, held, sorted, turned } from './arrange';

interface IThing {
  name: string;
  cost: number | null;
}

const thing = (name: string, cost: number | null = null): IThing => ({ name, cost });
const value = (row: IThing, by: string) => (by === 'cost' ? row.cost : row.name);
const names = (rows: readonly IThing[]) => rows.map(row => row.name);

describe('sorted', () => {
  const rows = [thing('b', 1), thing('a'), thing('c', 3), thing('d', 1)];

  it('puts what is not known last in both directions', () => {
    expect(names(sorted(rows, { by: 'cost', down: true }, value))).toEqual([
      'c',
      'b',
      'd',
      'a'
    ]);
    expect(names(sorted(rows, { by: 'cost', down: false }, value))).toEqual([
      'b',
      'd',
      'c',
      'a'
    ]);
  });

  it('counts inside names', () => {
    const numbered = ['lab-10', 'lab-9', 'Lab-1'].map(name => thing(name));
    expect(names(sorted(numbered, { by: 'name', down: false }, value))).toEqual([
      'Lab-1',
      'lab-9',
      'lab-10'
    ]);
  });

  it('turns round at the second click', () => {
    const first = turned({ by: 'name', down: false }, 'cost', true);
    expect(first).toEqual({ by: 'cost', down: true });
    expect(turned(first, 'cost', true)).toEqual({ by: 'cost', down: false });
  });
});

it('finds rows that hold all words, in any order and in any of their texts', () => {
  const rows = [thing('train-xl', 1), thing('train-s', 2), thing('lab', 1)];
  const texts = (row: IThing) => [row.name, row.cost === 1 ? 'Bob' : null];
  expect(names(found(rows, '  BOB train ', texts))).toEqual(['train-xl']);
  expect(found(rows, ' ', texts)).toBe(rows);
});

describe('held', () => {
  const key = (row: IThing) => row.name;
  const place = (row: IThing, group = '') => ({ row, group });

  it('keeps places while values change, and lets new rows wait', () => {
    const now = [place(thing('new', 9)), place(thing('b', 5)), place(thing('a', 4))];
    const places: Array<[string, string]> = [
      ['a', ''],
      ['gone', ''],
      ['b', '']
    ];
    const { rows, waiting } = held(now, places, key);
    expect(rows.map(one => [one.row.name, one.row.cost])).toEqual([
      ['a', 4],
      ['b', 5]
    ]);
    expect(waiting).toBe(1);
  });

  it('leaves a row that has stopped where it was', () => {
    const { rows } = held([place(thing('a'), 'stopped')], [['a', '']], key);
    expect(rows[0]?.group).toBe('');
  });
});
