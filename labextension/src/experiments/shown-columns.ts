/** Which columns are shown, and how: the name always, then what tells runs apart. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { numbersOf, type Column, type IRuns } from './table/columns';
import { clampWidth, type ITableView } from './table/view-state';

export const SECTIONS = ['run', 'metrics', 'params', 'data', 'tags'] as const;
export type Section = (typeof SECTIONS)[number];

export interface IShown {
  readonly key: string;
  readonly title: string;
  readonly section: Section;
  readonly width: number;
  readonly pinned: boolean;
  readonly right: boolean;
}

export const NAME = 'attributes.name';
export const STATUS = 'attributes.status';
const NAME_WIDTH = 248;

const RUN = ['attributes.person', 'attributes.started', 'attributes.time'];
const DATA = ['attributes.data', 'attributes.commit'];

/** At first, of each kind at most; the rest is in the column chooser. */
const METRICS = 5;
const PARAMS = 7;

/** What the facets are, where runs have it. */
export const FACETS = [
  STATUS,
  'attributes.person',
  'attributes.data',
  'params.model',
  'attributes.notebook'
];

export function sectionOf(key: string): Section {
  if (key.startsWith('metrics.')) {
    return 'metrics';
  }
  if (key.startsWith('params.')) {
    return 'params';
  }
  if (DATA_KEY.test(key)) {
    return 'data';
  }
  return key.startsWith('attributes.') ? 'run' : 'tags';
}

const DATA_KEY = /^attributes\.(data|commit|changed|notebook)$/u;

export function sectionTitle(section: Section, trans: TranslationBundle): string {
  return {
    run: trans.__('Run'),
    metrics: trans.__('Metrics'),
    params: trans.__('Parameters'),
    data: trans.__('Data and code'),
    tags: trans.__('Tags')
  }[section];
}

export function titleOf(key: string, trans: TranslationBundle): string {
  switch (key) {
    case NAME:
      return trans.__('Name');
    case STATUS:
      return trans.__('State');
    case 'attributes.started':
      return trans.__('Started');
    case 'attributes.ended':
      return trans.__('Ended');
    case 'attributes.time':
      return trans.__('Time');
    case 'attributes.experiment':
      return trans.__('Experiment');
    case 'attributes.data':
      return trans.__('Data');
    case 'attributes.person':
      return trans.__('Person');
    case 'attributes.commit':
      return trans.__('Code');
    case 'attributes.store':
      return trans.__('Store');
    case 'attributes.changed':
      return trans.__('Changed files');
    case 'attributes.notebook':
      return trans.__('Notebook');
    case 'attributes.note':
      return trans.__('Note');
    case 'params.model':
      return trans.__('Model');
    default:
      return key.slice(key.indexOf('.') + 1);
  }
}

/** All that can be chosen, in the order of the sections. */
export function choosable(runs: IRuns): string[] {
  const keys = [...runs.columns.keys()].filter(key => key !== NAME);
  const place = (key: string) => SECTIONS.indexOf(sectionOf(key));
  return keys.sort((a, b) => place(a) - place(b));
}

/** What is shown before anybody chose. */
export function firstColumns(runs: IRuns): string[] {
  const known = (keys: readonly string[]) => keys.filter(key => runs.columns.has(key));
  const all = [...runs.columns.values()];
  const of = (prefix: string) => all.filter(column => column.key.startsWith(prefix));
  const params = of('params.');
  const telling = params.filter(tells);
  return [
    ...known(RUN),
    ...of('metrics.')
      .slice(0, METRICS)
      .map(column => column.key),
    ...(telling.length > 0 ? telling : params).slice(0, PARAMS).map(column => column.key),
    ...known(DATA)
  ];
}

/** Whether it differs between runs. */
function tells(column: Column): boolean {
  if (column.kind === 'words') {
    return column.words.length > 1 || column.codes.includes(-1);
  }
  const [first] = column.values;
  return column.there.includes(0) || column.values.some(value => value !== first);
}

/** Pinned ones first, then in sections. */
export function shownColumns(
  runs: IRuns,
  view: ITableView,
  trans: TranslationBundle
): IShown[] {
  const chosen = view.columns ?? firstColumns(runs);
  const keys = chosen.filter(key => key !== NAME && runs.columns.has(key));
  const place = (key: string) =>
    view.pinned.includes(key) ? -1 : SECTIONS.indexOf(sectionOf(key));
  keys.sort((a, b) => place(a) - place(b));
  return [NAME, ...keys].map(key => {
    const title = titleOf(key, trans);
    return {
      key,
      title,
      section: sectionOf(key),
      width: clampWidth(view.widths[key] ?? widthOf(key, title, runs.columns.get(key))),
      pinned: key === NAME || view.pinned.includes(key),
      right: numbersOf(runs.columns.get(key)) !== null && !DATA_KEY.test(key)
    };
  });
}

function widthOf(key: string, title: string, column: Column | undefined): number {
  if (key === NAME) {
    return NAME_WIDTH;
  }
  if (key === 'attributes.started' || key === 'attributes.ended') {
    return 120;
  }
  const head = 34 + title.length * 7;
  return column?.kind === 'words'
    ? Math.min(160, Math.max(72, head))
    : Math.min(140, Math.max(64, head));
}
