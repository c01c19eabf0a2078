import { describe, expect, it } from 'vitest';

import { chance, runsOf } from '../../testing/runs';
import { arranged, held } from './arranged';
import type { IRuns } from './columns';
import { csv } from './csv';
import { differing } from './differ';
import {
  BINS,
  brushed,
  counts,
  histogram,
  kept,
  narrowed,
  toggled,
  type Facets
} from './facets';
import { grouped, groupName } from './groups';
import { choose, inOrder, letterOf, placeOf, range, toggle, unchoose } from './selection';
import { ordered, turned, type ISort } from './sort';
import { FIRST_VIEW, viewFromJson, viewToJson } from './view-state';

const all = (runs: IRuns) => Int32Array.from(runs.ids, (_, row) => row);
const ones = (runs: IRuns) => new Uint8Array(runs.ids.length).fill(1);
const idsOf = (runs: IRuns, rows: Int32Array) =>
  Array.from(rows, row => runs.ids[row]).join('');

describe('the order', () => {
  const runs = runsOf(['a', 'b', 'c', 'd', 'e'], {
    'metrics.m': [2, NaN, null, Infinity, -1],
    'params.p': ['0.1', '0.06', '10', null, 'auto'],
    'attributes.name': ['run 10', 'run 9', 'Run 9', 'älter', 'Zeta'],
    'attributes.person': ['x', 'y', 'x', 'y', 'x']
  });
  it.each<[ISort[], string]>([
    [[{ by: 'metrics.m', down: false }], 'eadbc'],
    [[{ by: 'metrics.m', down: true }], 'daebc'],
    [[{ by: 'params.p', down: false }], 'bacED'.toLowerCase()],
    [[{ by: 'attributes.name', down: false }], 'dbcae'],
    [[{ by: 'attributes.name', down: true }], 'eabcd'],
    [
      [
        { by: 'attributes.person', down: true },
        { by: 'metrics.m', down: true }
      ],
      'dbaec'
    ],
    [[{ by: 'metrics.unknown', down: true }], 'abcde']
  ])('%j', (sort, ids) => expect(idsOf(runs, ordered(runs, all(runs), sort))).toBe(ids));

  it('takes another column with Shift after the first', () => {
    const one = turned([], 'a', true, false);
    expect(one).toEqual([{ by: 'a', down: true }]);
    const two = turned(one, 'b', false, true);
    expect(turned(two, 'a', true, true)).toEqual([
      { by: 'a', down: false },
      { by: 'b', down: false }
    ]);
    expect(turned(two, 'b', false, false)).toEqual([{ by: 'b', down: true }]);
  });
});

describe('facets', () => {
  const runs = runsOf(['a', 'b', 'c', 'd'], {
    'attributes.person': ['x', 'y', 'x', null],
    'attributes.status': ['finished', 'finished', 'failed', 'failed'],
    'metrics.m': [0, 10, 5, NaN],
    'params.p': ['1', '2', '3', '4']
  });

  it('narrow together, and each counts what it would leave', () => {
    let facets: Facets = toggled({}, 'attributes.person', 'x');
    facets = toggled(facets, 'attributes.status', 'failed');
    const by = narrowed(runs, facets, ones(runs));
    expect(idsOf(runs, kept(by))).toBe('c');
    expect(counts(runs, 'attributes.person', by)).toEqual([
      { word: 'x', count: 1 },
      { word: 'y', count: 0 }
    ]);
    expect(counts(runs, 'attributes.status', by)).toEqual([
      { word: 'failed', count: 1 },
      { word: 'finished', count: 1 }
    ]);
    expect(toggled(toggled({}, 'k', 'x'), 'k', 'x')).toEqual({});
  });

  it('take a range of numbers, also of those that are texts', () => {
    const facet = { kind: 'range', from: 2, to: 3 } as const;
    expect(idsOf(runs, kept(narrowed(runs, { 'params.p': facet }, ones(runs))))).toBe(
      'bc'
    );
  });

  it('show how numbers lie, and a brush takes exactly its bins', () => {
    const random = chance(2);
    const values = Array.from({ length: 500 }, () => random() * 7 - 3);
    const many = runsOf(
      values.map((_, index) => `r${index}`),
      { 'metrics.m': values }
    );
    const shown = histogram(many, 'metrics.m', narrowed(many, {}, ones(many)))!;
    expect(shown.all.reduce((sum, count) => sum + count, 0)).toBe(500);
    const by = narrowed(many, { 'metrics.m': brushed(shown, 12, 4) }, ones(many));
    const wanted = shown.all.slice(4, 13).reduce((sum, count) => sum + count, 0);
    expect(kept(by)).toHaveLength(wanted);
    const left = histogram(many, 'metrics.m', by)!;
    expect([...left.all]).toEqual([...shown.all]);
    expect([...left.kept].map((count, bin) => (bin < 4 || bin > 12 ? count : 0))).toEqual(
      new Array(BINS).fill(0)
    );
  });

  it('show numbers that are all the same, or as far apart as can be', () => {
    const odd = runsOf(['a', 'b'], {
      'metrics.same': [3, 3],
      'metrics.far': [-1.7e308, 1.7e308],
      'metrics.none': [NaN, null]
    });
    const shape = (key: string) => histogram(odd, key, narrowed(odd, {}, ones(odd)));
    expect(shape('metrics.same')?.all[0]).toBe(2);
    expect(shape('metrics.far')?.all[0]).toBe(1);
    expect(shape('metrics.far')?.all[BINS - 1]).toBe(1);
    expect(brushed(shape('metrics.far')!, 10, 19)).toMatchObject({
      from: 0,
      to: 1.7e308
    });
    expect(shape('metrics.none')).toBeNull();
  });
});

describe('what is shown', () => {
  const runs = runsOf(['a', 'b', 'c'], {
    'attributes.name': ['Eager heron', 'lucid tern', null],
    'attributes.note': ['with dart', 'HERON', 'x'],
    'metrics.m': [1, 2, 3]
  });
  const search = (text: string) =>
    idsOf(runs, arranged(runs, null, { ...FIRST_VIEW, search: text }).rows);

  it('holds each word that was searched for, in any column', () => {
    expect(search('heron')).toBe('ab');
    expect(search(' LUCID  heron ')).toBe('b');
    expect(search('')).toBe('abc');
    expect(search('nothing')).toBe('');
  });

  it('keeps places: what is gone goes, what is new waits', () => {
    const result = held(runs, all(runs), ['c', 'gone', 'a']);
    expect(idsOf(runs, result.rows)).toBe('ca');
    expect(result.waiting).toBe(1);
  });

  it('is grouped in the order of the best, and folds', () => {
    const rows = Int32Array.from([2, 0, 1]);
    const { lines, groups } = grouped(runs, rows, 'attributes.name', new Set(['none']));
    expect(groups.map(group => [group.value, group.count, group.open])).toEqual([
      [null, 1, false],
      ['Eager heron', 1, true],
      ['lucid tern', 1, true]
    ]);
    expect([...lines]).toEqual([-1, -2, 0, -3, 1]);
    expect(groupName('none')).not.toBe(groupName(null));
    expect(grouped(runs, rows, 'tags.unknown', new Set()).lines).toBe(rows);
  });

  it('differs in what is said below a choice', () => {
    const two = runsOf(['a', 'b'], {
      'params.p': ['1', '2'],
      'params.q': ['1', '1'],
      'params.r': ['1', null],
      'attributes.data': ['oct', 'oct'],
      'attributes.commit': ['1', '2']
    });
    expect(differing(two, [0, 1])).toEqual({ params: 2, data: false, code: true });
  });
});

it('a file holds texts as they are, and no formulas', () => {
  const runs = runsOf(['s.a', 's.b'], {
    'attributes.name': ['say "hi", now', '=HYPERLINK("x")'],
    'attributes.started': [0, null],
    'metrics.m': [-0.5, NaN],
    'params.p': ['two\nlines', ' +1']
  });
  const keys = ['attributes.name', 'attributes.started', 'metrics.m', 'params.p'];
  expect(csv(runs, [0, 1], [...keys, '@tag'])).toBe(
    "id,attributes.name,attributes.started,metrics.m,params.p,'@tag\r\n" +
      's.a,"say ""hi"", now",1970-01-01T00:00:00.000Z,-0.5,"two\nlines",\r\n' +
      's.b,"\'=HYPERLINK(""x"")",,NaN,\' +1,\r\n'
  );
});

describe('the choice', () => {
  it('gives letters that stay with their run, and are given again once free', () => {
    let chosen = choose(new Map(), ['x', 'y', 'z']);
    expect([...chosen.values()]).toEqual(['A', 'B', 'C']);
    chosen = choose(unchoose(chosen, ['y']), ['z', 'w', 'v']);
    expect(Object.fromEntries(chosen)).toEqual({ x: 'A', z: 'C', w: 'B', v: 'D' });
    expect(inOrder(chosen)).toEqual(['x', 'w', 'z', 'v']);
    expect(toggle(chosen, 'x').has('x')).toBe(false);
  });

  it('has letters for any number of runs', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(letterOf)).toEqual([
      'A',
      'Z',
      'AA',
      'AZ',
      'BA',
      'ZZ',
      'AAA'
    ]);
    for (let place = 0; place < 2000; place += 37) {
      expect(placeOf(letterOf(place))).toBe(place);
    }
  });

  it('reaches from the anchor in either direction', () => {
    expect(range(['a', 'b', 'c', 'd'], 'c', 'a')).toEqual(['a', 'b', 'c']);
    expect(range(['a', 'b'], null, 'b')).toEqual(['b']);
    expect(range(['a', 'b'], 'gone', 'b')).toEqual(['b']);
    expect(range(['a', 'b'], 'a', 'gone')).toEqual([]);
  });
});

describe('how the table is looked at', () => {
  it('goes through a link and back', () => {
    const view = {
      ...FIRST_VIEW,
      columns: ['metrics.m'],
      pinned: ['metrics.m'],
      widths: { 'metrics.m': 90 },
      sort: [{ by: 'metrics.m', down: false }],
      filter: 'metrics.m > 1',
      facets: {
        'metrics.m': { kind: 'range', from: 0, to: 1 },
        'tags.t': { kind: 'words', words: ['x'] }
      } as const,
      group: 'tags.t'
    };
    expect(viewFromJson(JSON.parse(JSON.stringify(viewToJson(view))))).toEqual(view);
    expect(viewToJson(FIRST_VIEW)).toEqual({});
  });

  it.each([
    null,
    5,
    'x',
    [],
    { columns: 5, widths: [], sort: {}, facets: 'x', search: 5 }
  ])('is as at first where %j is no way to look', json =>
    expect(viewFromJson(json)).toEqual(FIRST_VIEW)
  );

  it('leaves out what it does not understand', () => {
    const json = {
      later: true,
      columns: ['a', 5, 'a', 'b'],
      widths: { a: 1e9, b: 'wide', c: null },
      sort: [{ by: 'a', down: true, extra: 1 }, { by: 5 }],
      facets: {
        a: { kind: 'range', from: 2, to: 1 },
        b: { kind: 'words', words: [1, 'x'] }
      }
    };
    expect(viewFromJson(json)).toEqual({
      ...FIRST_VIEW,
      columns: ['a', 'b'],
      widths: { a: 1200 },
      sort: [{ by: 'a', down: true }],
      facets: { b: { kind: 'words', words: ['x'] } }
    });
  });
});
