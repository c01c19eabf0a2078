/**
 * How the table is looked at: what a layout and a link carry. A link may be of another
 * version, or made up: what is not understood is left out, and the rest holds.
 */

import { chartsFromJson, FIRST_CHARTS, type IChartsView } from '../charts/view';
import type { Better } from './direction';
import type { Facet, Facets } from './facets';
import type { ISort } from './sort';

export interface ITableView {
  /** Runs as rows, or drawn. */
  readonly mode: 'table' | 'charts';
  readonly charts: IChartsView;
  /** Metrics of which a person said what is better; see `betterOf`. */
  readonly better: Readonly<Record<string, Better>>;
  /** Keys of the shown columns, in order; null: those that fit the runs. */
  readonly columns: readonly string[] | null;
  /** Keys of columns that stay at the left, besides the run's name. */
  readonly pinned: readonly string[];
  /** Pixels, of those that were made wider or narrower. */
  readonly widths: Readonly<Record<string, number>>;
  readonly sort: readonly ISort[];
  /** MLflow's filter language. */
  readonly filter: string;
  readonly search: string;
  readonly facets: Facets;
  /** Key of the column that groups; null: none does. */
  readonly group: string | null;
  /** Names of groups whose rows are not shown. */
  readonly closed: readonly string[];
}

export const FIRST_VIEW: ITableView = {
  mode: 'table',
  charts: FIRST_CHARTS,
  better: {},
  columns: null,
  pinned: [],
  widths: {},
  sort: [{ by: 'attributes.started', down: true }],
  filter: '',
  search: '',
  facets: {},
  group: null,
  closed: []
};

/** Widths of columns, in pixels. */
export const NARROWEST = 40;
export const WIDEST = 1200;

/** Only what is not as it is at first, so that links stay short. */
export function viewToJson(view: ITableView): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(view).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(FIRST_VIEW[name as keyof ITableView])
    )
  );
}

export function viewFromJson(json: unknown): ITableView {
  const from = isRecord(json) ? json : {};
  const sort = Array.isArray(from.sort) ? from.sort.filter(isSort).map(plainSort) : null;
  return {
    mode: from.mode === 'charts' ? 'charts' : 'table',
    charts: chartsFromJson(from.charts),
    better: entries(from.better, value =>
      value === 'more' || value === 'less' ? value : null
    ),
    columns: Array.isArray(from.columns) ? texts(from.columns) : null,
    pinned: texts(from.pinned),
    widths: entries(from.widths, value =>
      typeof value === 'number' && Number.isFinite(value) ? clampWidth(value) : null
    ),
    sort: sort ?? FIRST_VIEW.sort,
    filter: text(from.filter),
    search: text(from.search),
    facets: entries(from.facets, facetOf),
    group: typeof from.group === 'string' ? from.group : null,
    closed: texts(from.closed)
  };
}

export function clampWidth(pixels: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, Math.round(pixels)));
}

function facetOf(value: unknown): Facet | null {
  if (!isRecord(value)) {
    return null;
  }
  const { kind, from, to } = value;
  if (kind === 'words') {
    const words = texts(value.words);
    return words.length > 0 ? { kind, words } : null;
  }
  const numbers = typeof from === 'number' && typeof to === 'number';
  return kind === 'range' && numbers && from <= to ? { kind, from, to } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSort(value: unknown): value is ISort {
  return (
    isRecord(value) && typeof value.by === 'string' && typeof value.down === 'boolean'
  );
}

function plainSort({ by, down }: ISort): ISort {
  return { by, down };
}

/** Each text once. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [];
  return [...new Set(list.filter(one => typeof one === 'string'))];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 10_000) : '';
}

function entries<T>(value: unknown, read: (one: unknown) => T | null): Record<string, T> {
  const found = Object.entries(isRecord(value) ? value : {}).flatMap(([key, one]) => {
    const known = read(one);
    return known === null ? [] : [[key, known] as const];
  });
  return Object.fromEntries(found);
}
