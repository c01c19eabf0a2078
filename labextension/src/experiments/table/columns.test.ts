import { describe, expect, it } from 'vitest';

import { chance, runsOf, table } from '../../testing/runs';
import { applied, numberAt, numbersOf, TIME, textAt, type IRuns } from './columns';

/** All values as texts, by id and key. */
function plain(runs: IRuns): Record<string, Record<string, string | null>> {
  return Object.fromEntries(
    runs.ids.map((id, row) => [
      id,
      Object.fromEntries(
        [...runs.columns].map(([key, column]) => [key, textAt(column, row)] as const)
      )
    ])
  );
}

describe('runs by columns', () => {
  it('keep NaN apart from a value that is missing', () => {
    const runs = runsOf(['a', 'b', 'c', 'd'], {
      'metrics.m': [NaN, null, Infinity, -0.5]
    });
    const column = runs.columns.get('metrics.m');
    expect([0, 1, 2, 3].map(row => numberAt(column, row))).toEqual([
      NaN,
      null,
      Infinity,
      -0.5
    ]);
  });

  it('are changed, lengthened and shortened by what the server tells', () => {
    const first = runsOf(['a', 'b', 'c'], {
      'attributes.name': ['one', 'two', 'three'],
      'metrics.m': [1, 2, 3],
      'params.p': ['x', 'y', null]
    });
    const next = applied(
      first,
      table(
        ['d', 'b'],
        { 'attributes.name': ['four', 'two'], 'metrics.n': [4, 9] },
        { whole: false, total: 3, gone: ['a'], cursor: 'c2' }
      )
    );
    expect(next.ids).toEqual(['b', 'c', 'd']);
    expect(plain(next)).toEqual({
      // What was not sent of a run that was sent is no longer there.
      b: {
        'attributes.name': 'two',
        'metrics.m': null,
        'params.p': null,
        'metrics.n': '9'
      },
      c: {
        'attributes.name': 'three',
        'metrics.m': '3',
        'params.p': null,
        'metrics.n': null
      },
      d: {
        'attributes.name': 'four',
        'metrics.m': null,
        'params.p': null,
        'metrics.n': '4'
      }
    });
    expect([...next.rows]).toEqual([
      ['b', 0],
      ['c', 1],
      ['d', 2]
    ]);
    expect(first.ids).toEqual(['a', 'b', 'c']);
  });

  it('come to the same by increments as at once', () => {
    const random = chance(5);
    const value = () => (random() < 0.2 ? null : Math.floor(random() * 5));
    for (let round = 0; round < 20; round += 1) {
      const known = new Map<string, Record<string, number | null>>();
      let runs = runsOf([], {});
      for (let part = 0; part < 5; part += 1) {
        const ids = ['a', 'b', 'c', 'd', 'e'].filter(() => random() < 0.5);
        const gone = ['a', 'c', 'e'].filter(id => !ids.includes(id) && random() < 0.3);
        const rows = ids.map(() => ({ 'metrics.m': value(), 'params.p': value() }));
        gone.forEach(id => known.delete(id));
        ids.forEach((id, index) => known.set(id, rows[index]!));
        const columns = {
          'metrics.m': rows.map(row => row['metrics.m']),
          'params.p': rows.map(row => row['params.p'])
        };
        runs = applied(runs, table(ids, columns, { whole: false, gone }));
      }
      const told = Object.fromEntries(
        [...known].map(([id, row]) => [
          id,
          Object.fromEntries(
            Object.entries(row).map(([k, v]) => [k, v === null ? null : String(v)])
          )
        ])
      );
      expect(plain(runs)).toEqual(told);
    }
  });

  it('become texts where a text comes among numbers', () => {
    const first = runsOf(['a'], { 'metrics.m': [0.5] });
    const words = { key: 'metrics.m', numbers: null, codes: [0, 7], words: ['auto'] };
    const next = applied(first, {
      ...table(['b', 'c'], {}, { whole: false, total: 3 }),
      columns: [words]
    });
    expect(Object.values(plain(next)).map(row => row['metrics.m'])).toEqual([
      '0.5',
      'auto',
      null // a code that no word has
    ]);
  });

  it('know how long a run took once it has ended', () => {
    const runs = runsOf(['a', 'b'], {
      'attributes.started': [1000, 2000],
      'attributes.ended': [4000, null]
    });
    expect([0, 1].map(row => numberAt(runs.columns.get(TIME), row))).toEqual([
      3000,
      null
    ]);
  });

  it('give texts as numbers where all of them are', () => {
    const runs = runsOf(['a', 'b'], {
      'params.eta': ['0.10', '1e-3'],
      'params.m': ['1', '']
    });
    expect([...numbersOf(runs.columns.get('params.eta'))!.values]).toEqual([0.1, 0.001]);
    expect(numbersOf(runs.columns.get('params.m'))).toBeNull();
  });
});
