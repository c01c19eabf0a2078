import { describe, expect, it } from 'vitest';

import { drawn, lineAt, topsOf } from './windowed';

const ROWS = 5000;
const heights = Array.from({ length: ROWS }, (_, index) => (index === 10 ? 52 : 30));
const tops = topsOf(heights);

it('knows where each line begins, high ones included', () => {
  expect(tops[10]).toBe(300);
  expect(tops[11]).toBe(352);
  expect(tops[ROWS]).toBe(ROWS * 30 + 22);
  expect(topsOf([])).toEqual([0]);
});

it('finds the line at any height', () => {
  for (const y of [0, 29, 30, 299, 300, 351, 352, 100_000]) {
    const line = lineAt(tops, y);
    expect(tops[line]).toBeLessThanOrEqual(y);
    expect(tops[line + 1]).toBeGreaterThan(y);
  }
  expect(lineAt(tops, 1e9)).toBe(ROWS - 1);
  expect(lineAt([0], 5)).toBe(0);
});

describe('drawn', () => {
  it('is a few lines of thousands', () => {
    const lines = drawn(tops, 60_000, 600);
    expect(lines.length).toBeLessThan(50);
    expect(lines).toContain(lineAt(tops, 60_000));
    expect(lines).toContain(lineAt(tops, 60_599));
  });

  it('holds the line with the focus wherever one is', () => {
    expect(drawn(tops, 60_000, 600, [3, 4])).toEqual(expect.arrayContaining([3, 4]));
    expect(drawn(tops, 0, 600, [-1, ROWS])).not.toContain(-1);
    expect(drawn(tops, 0, 600, [-1, ROWS])).not.toContain(ROWS);
  });

  it('is nothing of nothing', () => {
    expect(drawn([0], 0, 600, [-1, 0])).toEqual([]);
  });
});
