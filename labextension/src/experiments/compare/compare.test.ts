import { describe, expect, it } from 'vitest';

import { compared, row } from '../../testing/compare';
import { byLetter, lettersOf, letterWords } from './letters';
import { csvOf, sectionsOf } from './rows';
import { compareFromJson, FIRST_COMPARE, runsFromJson } from './view-state';

describe('letters', () => {
  it('are those of the table, and no other run gets them', () => {
    const chosen = new Map([
      ['s.1', 'B'],
      ['s.9', 'A']
    ]);
    const letters = lettersOf(['s.1', 's.2'], chosen, new Map());
    expect([...letters]).toEqual([
      ['s.1', 'B'],
      ['s.2', 'C']
    ]);
    expect(byLetter(['s.2', 's.1'], letters)).toEqual(['s.1', 's.2']);
  });

  it('stay with a run that is no longer chosen, while they are free', () => {
    const before = new Map([
      ['s.1', 'A'],
      ['s.2', 'B']
    ]);
    expect(lettersOf(['s.1', 's.2'], new Map(), before)).toEqual(before);
    const now = lettersOf(['s.1', 's.2'], new Map([['s.2', 'A']]), before);
    expect(now.get('s.2')).toBe('A');
    expect(now.get('s.1')).not.toBe('A');
  });

  it('are a number where they are many', () => {
    const many = Array.from('ABCDEFGH');
    expect(letterWords(many)).toEqual({ named: 'A · B · C · D', more: 4 });
    expect(letterWords(many.slice(0, 5)).more).toBe(0);
  });
});

describe('what the layout kept', () => {
  it('is taken as far as it is understood', () => {
    const view = {
      ...FIRST_COMPARE,
      turned: true,
      folded: ['params' as const],
      smooth: 0.4
    };
    expect(compareFromJson(JSON.parse(JSON.stringify(view)))).toEqual(view);
    const bad = {
      folded: ['params', 'no', 7],
      smooth: 7,
      pair: ['a'],
      x: 'no',
      shares: { sides: 99, code: 'x' }
    };
    expect(compareFromJson(bad)).toEqual({
      ...FIRST_COMPARE,
      folded: ['params'],
      shares: { ...FIRST_COMPARE.shares, sides: 0.85 }
    });
    expect(compareFromJson(null)).toEqual(FIRST_COMPARE);
    expect(runsFromJson(['s.1', 's.1', 'no id', 7])).toEqual(['s.1']);
    expect(runsFromJson(Array.from({ length: 300 }, (_, at) => `s.${at}`))).toHaveLength(
      100
    );
  });
});

describe('sections', () => {
  const ids = ['s.1', 's.2', 's.3'];
  const rows = [
    row('metrics', 'auc', [0.8, 0.9, 'NaN']),
    row('metrics', 'loss', [0.2, 0.1, null]),
    row('params', 'eta', ['1', '1', '1']),
    row('params', 'depth', ['6', '8', '6'], { odd: [1] }),
    row('code', 'commit', ['a', 'a', 'a']),
    row('code', 'changed files', ['0', '2', '0']),
    row('code', 'snapshot', ['x', 'y', 'z'])
  ];
  const sections = (only: boolean, order = [0, 1, 2], packages = null as never) =>
    sectionsOf(compared(ids, rows), packages, order, {}, only);

  it('hide what is the same, and say how much that is', () => {
    const params = sections(true).find(one => one.id === 'params');
    expect(params?.lines.map(line => line.name)).toEqual(['depth']);
    expect([params?.differing, params?.same]).toEqual([1, 1]);
    expect(sections(false).find(one => one.id === 'params')?.lines).toHaveLength(2);
  });

  it('mark the best, where less is better the least, never one that is no number', () => {
    const metrics = sections(true).find(one => one.id === 'metrics');
    expect(metrics?.lines.map(line => line.cells.map(cell => cell.best))).toEqual([
      [false, true, false],
      [false, true, false]
    ]);
  });

  it('tell the files that differed with the commit, and leave snapshots to the code', () => {
    const around = sections(true).find(one => one.id === 'around');
    expect(around?.lines.map(line => line.name)).toEqual(['commit']);
    expect(around?.lines[0]?.changed).toEqual(['0', '2', '0']);
  });

  it('are in the order in which the runs are shown', () => {
    const params = sections(true, [1, 0, 2]).find(one => one.id === 'params');
    expect(params?.lines[0]?.cells.map(cell => cell.text)).toEqual(['8', '6', '6']);
    expect(params?.lines[0]?.cells.map(cell => cell.odd)).toEqual([true, false, false]);
  });

  it('take packages only of the same runs', () => {
    const own = row('environment', 'numpy', ['1', '2', null]);
    const of = (runs: readonly string[]) =>
      sectionsOf(compared(ids, rows), compared(runs, [own]), [0, 1, 2], {}, true)
        .find(one => one.id === 'around')
        ?.lines.filter(line => line.isPackage);
    expect(of(ids)).toHaveLength(1);
    expect(of(['s.1', 's.2', 's.4'])).toHaveLength(0);
  });

  it('are saved without what a spreadsheet would run', () => {
    const evil = row('params', '=cmd', ['=1+1', 'a"b', 'x,y']);
    const text = csvOf(
      ['A one', '@two', 'C three'],
      sectionsOf(compared(ids, [evil]), null, [0, 1, 2], {}, true)
    );
    expect(text.split('\r\n')).toEqual([
      "part,name,A one,'@two,C three",
      `params,'=cmd,'=1+1,"a""b","x,y"`,
      ''
    ]);
  });
});
