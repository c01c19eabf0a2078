import { expect, it } from 'vitest';

import type { StoreRow } from '../api/types';
import { commandLine, quoted } from './command-line';

function store(id: string, uri: string): StoreRow {
  return {
    id,
    uri,
    kind: 'sqlite',
    name: id,
    state: 'ready',
    recording: false,
    note: '',
    read_at: null,
    problem: null,
    experiments: []
  };
}

const STORES = [store('s', 'sqlite:////home/alice/my runs.db'), store('t', 'http://h')];

it('names the store and its own ids', () => {
  expect(commandLine('compare', ['s.a', 's.b.c'], STORES)).toBe(
    "sm-onboard experiments compare --store 'sqlite:////home/alice/my runs.db' -- a b.c"
  );
});

it('is empty for runs of several stores, or of none that is known', () => {
  expect(commandLine('compare', ['s.a', 't.b'], STORES)).toBe('');
  expect(commandLine('reproduce', ['x.a'], STORES)).toBe('');
  expect(commandLine('reproduce', [], STORES)).toBe('');
});

it.each([
  ['$(reboot)', `'$(reboot)'`],
  ["it's; x", `'it'\\''s; x'`],
  ['--yes', '--yes'],
  ['', `''`],
  ['a\nb', `'a\nb'`]
])('quotes %j', (text, word) => {
  expect(quoted(text)).toBe(word);
});
