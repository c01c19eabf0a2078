/** What is compared, as sections of rows: no React, no DOM. */

import type { Compared, ComparedRow } from '../../api/types';
import { textCell } from '../table/csv';
import { betterOf, type Better } from '../table/direction';
import type { SectionId } from './view-state';

type Part = ComparedRow['part'];

/** One value of a run. */
export interface ICell {
  /** Null: there is none, or nobody knows. */
  readonly text: string | null;
  /** A metric's; null for anything else. */
  readonly number: number | null;
  readonly known: boolean;
  /** Not what most of the runs have. */
  readonly odd: boolean;
  readonly best: boolean;
}

export interface ILine {
  readonly key: string;
  readonly part: Part;
  readonly name: string;
  readonly differs: boolean;
  /** A package: a run without it is one where it was not there. */
  readonly isPackage: boolean;
  /** In the order of the runs. */
  readonly cells: readonly ICell[];
  /** Files that differed from the commit, of the row of commits. */
  readonly changed: readonly (string | null)[] | null;
}

export interface ISection {
  readonly id: SectionId;
  /** Those that are shown. */
  readonly lines: readonly ILine[];
  readonly differing: number;
  /** The same everywhere. */
  readonly same: number;
}

const PARTS: readonly (readonly [SectionId, readonly Part[]])[] = [
  ['metrics', ['metrics']],
  ['params', ['params']],
  ['around', ['datasets', 'code', 'environment']],
  ['tags', ['tags']]
];

/** Shown with the commit. */
const CHANGED = 'changed files';
/** What differs between snapshots is shown below, as lines. */
const SNAPSHOT = 'snapshot';

export function sectionsOf(
  compared: Compared,
  packages: Compared | null,
  order: readonly number[],
  said: Readonly<Record<string, Better>>,
  onlyDifferences: boolean
): ISection[] {
  const lines = linesOf(compared, packages, order, said);
  return PARTS.flatMap(([id, parts]) => {
    const own = parts.flatMap(part => lines.filter(line => line.part === part));
    const differing = own.filter(line => line.differs);
    return own.length === 0
      ? []
      : [
          {
            id,
            lines: onlyDifferences ? differing : own,
            differing: differing.length,
            same: own.length - differing.length
          }
        ];
  });
}

/** @param order - places of the runs, as they are shown */
function linesOf(
  compared: Compared,
  packages: Compared | null,
  order: readonly number[],
  said: Readonly<Record<string, Better>>
): ILine[] {
  const sameRuns =
    packages !== null &&
    packages.runs.map(run => run.id).join('\n') ===
      compared.runs.map(run => run.id).join('\n');
  const changed = compared.rows.find(row => row.part === 'code' && row.name === CHANGED);
  const rows = compared.rows.filter(
    row => row.part !== 'code' || (row.name !== SNAPSHOT && row.name !== CHANGED)
  );
  const hasCommit = rows.some(isCommit);
  return [
    ...rows.map(row => {
      const line = lineOf(row, false, order, said);
      return isCommit(row) && changed
        ? {
            ...line,
            differs: line.differs || changed.differs,
            changed: order.map(at => textOf(changed.values[at] ?? null))
          }
        : line;
    }),
    ...(changed && !hasCommit ? [lineOf(changed, false, order, said)] : []),
    ...(sameRuns ? packages.rows.map(row => lineOf(row, true, order, said)) : [])
  ];
}

function isCommit(row: ComparedRow): boolean {
  return row.part === 'code' && row.name === 'commit';
}

function lineOf(
  row: ComparedRow,
  isPackage: boolean,
  order: readonly number[],
  said: Readonly<Record<string, Better>>
): ILine {
  const isMetric = row.part === 'metrics';
  const numbers = row.values.map(value =>
    isMetric && value !== null ? Number(value) : null
  );
  const best = isMetric && row.differs ? bestOf(row.name, numbers, said) : null;
  return {
    key: `${isPackage ? 'package' : row.part} ${row.name}`,
    part: row.part,
    name: row.name,
    differs: row.differs,
    isPackage,
    changed: null,
    cells: order.map(at => {
      const number = numbers[at] ?? null;
      return {
        text: textOf(row.values[at] ?? null),
        number,
        known: !row.unknown.includes(at),
        odd: row.odd.includes(at),
        best: best !== null && number === best
      };
    })
  };
}

/** Null: no run has a number, or only one has. */
function bestOf(
  name: string,
  numbers: readonly (number | null)[],
  said: Readonly<Record<string, Better>>
): number | null {
  const finite = numbers.filter(
    (number): number is number => number !== null && Number.isFinite(number)
  );
  if (finite.length < 2) {
    return null;
  }
  const least = finite.reduce((a, b) => Math.min(a, b));
  const most = finite.reduce((a, b) => Math.max(a, b));
  if (least === most) {
    return null;
  }
  return betterOf(`metrics.${name}`, said) === 'less' ? least : most;
}

function textOf(value: ComparedRow['values'][number]): string | null {
  return value === null ? null : String(value);
}

/** Metrics that any of the runs has, those with several values first. */
export function metricsOf(compared: Compared): string[] {
  return compared.rows.filter(row => row.part === 'metrics').map(row => row.name);
}

/** The shown rows as a file for a spreadsheet; see `textCell`. */
export function csvOf(heads: readonly string[], sections: readonly ISection[]): string {
  const lines = [['part', 'name', ...heads].map(textCell)];
  for (const section of sections) {
    for (const line of section.lines) {
      const values = line.cells.map(({ text, number }) =>
        number === null ? textCell(text ?? '') : (text ?? '')
      );
      const part = line.isPackage ? 'packages' : line.part;
      lines.push([textCell(part), textCell(line.name), ...values]);
    }
  }
  return lines.map(line => `${line.join(',')}\r\n`).join('');
}
