/** How a comparison is looked at: what the layout keeps. What is not understood is left out. */

import type { Along } from '../charts/props';

export const SECTIONS = ['metrics', 'params', 'around', 'tags', 'code'] as const;
export type SectionId = (typeof SECTIONS)[number];

/** The borders that can be moved. */
export const SPLITS = ['sides', 'code', 'charts'] as const;
export type SplitId = (typeof SPLITS)[number];

export interface ICompareView {
  readonly onlyDifferences: boolean;
  /** Runs are rows. */
  readonly turned: boolean;
  /** Sections whose rows are not shown. */
  readonly folded: readonly SectionId[];
  /** Runs whose code is compared; null: the last and the first. */
  readonly pair: readonly [string, string] | null;
  /** The metric whose curves are shown; '': the first that has any. */
  readonly metric: string;
  readonly x: Along;
  readonly smooth: number;
  readonly log: boolean;
  /** Shares of the first of two sides. */
  readonly shares: Readonly<Record<SplitId, number>>;
}

export const FIRST_COMPARE: ICompareView = {
  onlyDifferences: true,
  turned: false,
  folded: [],
  pair: null,
  metric: '',
  x: 'step',
  smooth: 0,
  log: false,
  shares: { sides: 0.45, code: 0.52, charts: 0.5 }
};

/** Runs side by side: more than anybody reads, and the server compares no more. */
export const MOST = 100;

/** A share that leaves both sides something. */
export function clampShare(share: number): number {
  return Math.min(0.85, Math.max(0.15, share));
}

export function compareFromJson(json: unknown): ICompareView {
  const from = objectOf(json);
  const shares = objectOf(from.shares);
  const pair = texts(from.pair);
  const smooth = from.smooth;
  return {
    onlyDifferences: from.onlyDifferences !== false,
    turned: from.turned === true,
    folded: SECTIONS.filter(id => texts(from.folded).includes(id)),
    pair: pair[0] !== undefined && pair[1] !== undefined ? [pair[0], pair[1]] : null,
    metric: typeof from.metric === 'string' ? from.metric : '',
    x: from.x === 'time' || from.x === 'relative' ? from.x : 'step',
    smooth: typeof smooth === 'number' && smooth >= 0 && smooth < 1 ? smooth : 0,
    log: from.log === true,
    shares: {
      sides: shareOf(shares.sides, FIRST_COMPARE.shares.sides),
      code: shareOf(shares.code, FIRST_COMPARE.shares.code),
      charts: shareOf(shares.charts, FIRST_COMPARE.shares.charts)
    }
  };
}

/** The runs of a tab; anything may be given. */
export function runsFromJson(json: unknown): string[] {
  return [...new Set(texts(json).filter(id => id.includes('.')))].slice(0, MOST);
}

function shareOf(value: unknown, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? clampShare(value) : usual;
}

function objectOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null
    ? (json as Readonly<Record<string, unknown>>)
    : {};
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((one): one is string => typeof one === 'string')
    : [];
}
