import { describe, expect, it } from 'vitest';

import { painted } from './paint';

const looks = (query: string) => painted(query).map(({ text, look }) => [text, look]);

describe('painted', () => {
  it('tells names, values and words apart', () => {
    expect(looks('metrics.auc > 0.84 AND tags."a b" != "x y"')).toEqual([
      ['metrics.auc', 'name'],
      [' ', 'plain'],
      ['>', 'plain'],
      [' ', 'plain'],
      ['0.84', 'value'],
      [' ', 'plain'],
      ['AND', 'word'],
      [' ', 'plain'],
      ['tags."a b"', 'name'],
      [' ', 'plain'],
      ['!=', 'plain'],
      [' ', 'plain'],
      ['"x y"', 'value']
    ]);
  });

  it('leaves what is being typed plain, and never loses a character', () => {
    const typed = [
      '',
      '  ',
      'metrics.auc > "no end',
      '§§ metrics.auc',
      'a.`b',
      '😀 = 1',
      '((',
      "''"
    ];
    for (const query of typed) {
      expect(
        painted(query)
          .map(({ text }) => text)
          .join('')
      ).toBe(query);
    }
    expect(looks('metrics.auc > "no end')[0]).toEqual(['metrics.auc', 'name']);
    expect(looks('metrics.auc > "no end').at(-1)?.[1]).toBe('plain');
  });
});
