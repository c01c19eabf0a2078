/**
 * What the table of runs costs in the browser, beside what it cannot be quicker than.
 *
 *     node bench/experiments-table.mjs [runs] [--json]
 *
 * 10,000 runs of 20 columns, made anew and the same each time. Each deed of a person (a
 * filter, a search, an order, all of them at once) is the median of 30; beside it stands
 * one pass over a column of the same length, since a figure in milliseconds tells more
 * about the machine than about the code. A frame is 16.7 ms.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', 'labextension');
const ROUNDS = 30;
const RUNS = Number(process.argv.find(word => /^\d+$/.test(word)) ?? 10_000);
const FRAME = 1000 / 60;

const require = createRequire(join(ROOT, 'package.json'));
const ts = require('typescript');

/** The table's own modules, without React and without a browser. */
function load() {
  const folder = mkdtempSync(join(tmpdir(), 'smo-bench-'));
  const source = join(ROOT, 'src', 'experiments', 'table');
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  for (const path of readdirSync(source, { recursive: true })) {
    if (path.endsWith('.ts') && !path.endsWith('.test.ts')) {
      const { outputText } = ts.transpileModule(readFileSync(join(source, path), 'utf8'), {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }
      });
      // Flat names, so that no folders have to be made: query/lex is query-lex.
      const flat = outputText
        .replaceAll('require("./query/', 'require("./query-')
        .replaceAll('require("../', 'require("./');
      const inner = path.startsWith('query')
        ? flat.replaceAll(/require\("\.\/(lex|parse)"\)/g, 'require("./query-$1")')
        : flat;
      writeFileSync(join(folder, path.replace(/[\\/]/g, '-').replace('.ts', '.js')), inner);
    }
  }
  const own = createRequire(join(folder, 'package.json'));
  const modules = ['columns', 'arranged', 'facets', 'groups', 'csv', 'query-compile'];
  const loaded = Object.assign({}, ...modules.map(name => own(`./${name}.js`)));
  rmSync(folder, { recursive: true });
  return loaded;
}

/** 10 metrics, 6 parameters, 4 texts and times, as the server sends them. */
function sample(count) {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const each = value => Array.from({ length: count }, (_, index) => value(index));
  const words = (key, list, of) => ({ key, numbers: null, codes: each(of), words: list });
  const figures = (key, of) => ({ key, numbers: each(of), codes: null, words: [] });
  const any = length => Math.floor(random() * length);
  const columns = [
    words('attributes.name', each(index => `eager-heron-${index}`), index => index),
    words('attributes.status', ['finished', 'failed', 'running'], () => any(3)),
    words('attributes.person', ['alice', 'bob', 'carol'], () => any(3)),
    figures('attributes.started', index => 1_790_000_000_000 + index * 61_000)
  ];
  for (let number = 0; number < 10; number += 1) {
    columns.push(figures(`metrics.m${number}`, () => (random() < 0.02 ? 'NaN' : random())));
  }
  for (let number = 0; number < 6; number += 1) {
    const list = Array.from({ length: 40 }, (_, index) => String(index / 10));
    columns.push(words(`params.p${number}`, list, () => any(40)));
  }
  const ids = each(index => `s.${index}`);
  return { cursor: 'c', whole: true, total: count, ids, columns, gone: [] };
}

function median(deed) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    deed(round);
    times.push(performance.now() - start);
  }
  const first = times[0];
  times.sort((a, b) => a - b);
  return { median: times[ROUNDS >> 1], first, worst: times[ROUNDS - 1] };
}

const { applied, NO_RUNS, arranged, compiled, histogram, counts, grouped, csv } = load();
const json = JSON.stringify(sample(RUNS));
const sent = JSON.parse(json);
const runs = applied(NO_RUNS, sent);
const filter = compiled('metrics.m0 > 0.2 and params.p0 != "1.5" and status = "finished"');
const plain = { search: '', facets: {}, sort: [{ by: 'attributes.started', down: true }] };
const facets = { 'attributes.person': { kind: 'words', words: ['alice', 'bob'] } };
const keys = [...runs.columns.keys()];
const by = (key, down = true) => ({ ...plain, sort: [{ by: key, down }] });
const all = arranged(runs, null, plain);
const few = Array.from({ length: 100 }, (_, index) => index * 7);
const some = {
  ...sent,
  whole: false,
  ids: few.map(row => sent.ids[row]),
  columns: sent.columns.map(column => ({
    ...column,
    numbers: column.numbers && few.map(row => column.numbers[row]),
    codes: column.codes && few.map(row => column.codes[row])
  }))
};
const { values } = runs.columns.get('metrics.m0');

const deeds = {
  'one pass over a column': () => {
    let sum = 0;
    for (const value of values) {
      sum += value > 0.5 ? 1 : 0;
    }
    return sum;
  },
  'JSON.parse of all runs': () => JSON.parse(json),
  'all runs into columns': () => applied(NO_RUNS, sent),
  '100 changed runs': () => applied(runs, some),
  'read a filter': () => compiled('metrics.m0 > 0.2 and params.p0 != "1.5"'),
  filter: () => arranged(runs, filter, { ...plain, sort: [] }),
  search: round => arranged(runs, null, { ...plain, sort: [], search: `heron-${round}` }),
  'sort by a metric': round => arranged(runs, null, by(`metrics.m${round % 10}`)),
  'sort by a parameter': round => arranged(runs, null, by(`params.p${round % 6}`)),
  'sort by name': round => arranged(runs, null, by('attributes.name', round % 2 === 0)),
  'filter, search, facet and sort': round =>
    arranged(runs, filter, { ...by(`metrics.m${round % 10}`), search: 'heron', facets }),
  '20 histograms': () => keys.map(key => histogram(runs, key, all.by)),
  'counts of a facet': () => counts(runs, 'attributes.person', all.by),
  groups: () => grouped(runs, all.rows, 'attributes.person', new Set()),
  'CSV of all': () => csv(runs, all.rows, keys)
};

const figures = Object.entries(deeds).map(([name, deed]) => ({ name, ...median(deed) }));
const pass = figures[0].median;
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ runs: RUNS, columns: keys.length, bytes: json.length, figures }));
} else {
  console.log(`${RUNS} runs, ${keys.length} columns, ${(json.length / 1e6).toFixed(1)} MB`);
  console.log(`${''.padEnd(34)}  median    first    worst   of a frame   passes`);
  for (const { name, median: middle, first, worst } of figures) {
    const cells = [middle, first, worst].map(time => `${time.toFixed(2)} ms`.padStart(9));
    const frame = `${((middle / FRAME) * 100).toFixed(0)} %`.padStart(9);
    const ratio = (middle / pass).toFixed(0).padStart(11);
    console.log(`${name.padEnd(32)}${cells.join('')}${frame}${ratio}`);
  }
}
