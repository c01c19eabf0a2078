import { describe, expect, it } from 'vitest';

import { places, sight, sightAlone } from './recycled';

describe('lines in sight', () => {
  it('cover what is seen, and are about as many wherever one is', () => {
    for (let top = 0; top < 260_000; top += 333) {
      const [from, to] = sight(top, 600, 26, 10_000);
      expect(from * 26).toBeLessThanOrEqual(top);
      expect(to * 26 >= top + 600 || to === 10_000).toBe(true);
      expect(to - from).toBeLessThanOrEqual(45);
    }
    expect(sight(0, 600, 26, 3)).toEqual([0, 3]);
    expect(sight(99_999, 600, 26, 3)).toEqual([3, 3]);
  });

  it('are all that is seen, and no more, where only those are asked for', () => {
    expect(sightAlone(0, 260, 26, 10_000)).toEqual([0, 10]);
    expect(sightAlone(13, 260, 26, 10_000)).toEqual([0, 11]);
    expect(sightAlone(26 * 9_995, 260, 26, 10_000)).toEqual([9_995, 10_000]);
    expect(sightAlone(99_999, 260, 26, 3)).toEqual([3, 3]);
    expect(sightAlone(-5, 260, 26, 3)).toEqual([0, 3]);
  });

  it('keep their element, and new ones take those that are free', () => {
    const first = places(new Map(), ['a', 'b', 'c']);
    const next = places(first, ['c', 'd', 'b', 'e']);
    expect(Object.fromEntries(next)).toEqual({ c: 2, b: 1, d: 0, e: 3 });
  });
});
