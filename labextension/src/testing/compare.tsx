/** The page of a comparison with deeds that only remember, and a view that they change. */

import { act, cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type { CodeDiff, Compared, ComparedRow, ComparedRun } from '../api/types';
import { lettersOf } from '../experiments/compare/letters';
import { ComparePage } from '../experiments/compare/page';
import type { ICompareDeeds, ICompareProps } from '../experiments/compare/props';
import { FIRST_COMPARE } from '../experiments/compare/view-state';
import { NO_RUNS } from '../experiments/table/columns';
import { FIRST_VIEW } from '../experiments/table/view-state';
import { trans } from './view';

export function row(
  part: ComparedRow['part'],
  name: string,
  values: ComparedRow['values'],
  more: Partial<ComparedRow> = {}
): ComparedRow {
  const differs = new Set(values.map(String)).size > 1;
  return { part, name, values, differs, odd: [], unknown: [], ...more };
}

export function compared(
  ids: readonly string[],
  rows: readonly ComparedRow[],
  more: Partial<ComparedRun> = {}
): Compared {
  const runs = ids.map(id => ({
    id,
    name: `run ${id}`,
    status: 'finished' as const,
    person: 'alice',
    started: 1_790_000_000_000,
    experiment: 's.1',
    problem: null,
    ...more
  }));
  return { runs, rows, notes: [] };
}

export const DIFF: CodeDiff = {
  id: 'd',
  state: 'done',
  whole: true,
  files: [],
  more: 0,
  notes: [],
  problem: null
};

export function showCompare(first: Partial<ICompareProps> & { ids: readonly string[] }) {
  cleanup();
  let give: (now: ICompareProps) => void = () => undefined;
  const deeds = {
    set: vi.fn<ICompareDeeds['set']>(more => {
      change({ view: { ...props.view, ...more } });
    }),
    setRuns: vi.fn<ICompareDeeds['setRuns']>(),
    compareCode: vi.fn<ICompareDeeds['compareCode']>(),
    compareCodeAgain: vi.fn<ICompareDeeds['compareCodeAgain']>(),
    whole: vi.fn<ICompareDeeds['whole']>(),
    copy: vi.fn<ICompareDeeds['copy']>(),
    save: vi.fn<ICompareDeeds['save']>(),
    again: vi.fn<ICompareDeeds['again']>(),
    open: vi.fn<(id: string) => void>(),
    reproduce: vi.fn<(id: string) => void>(),
    table: {} as ICompareDeeds['table']
  };
  let props: ICompareProps = {
    letters: lettersOf(first.ids, new Map(), new Map()),
    names: new Map(),
    compared: null,
    packages: null,
    packagesProblem: null,
    code: null,
    problem: null,
    late: false,
    view: FIRST_COMPARE,
    leftOut: 0,
    runs: NO_RUNS,
    tableView: FIRST_VIEW,
    chosen: new Map(),
    trans,
    deeds,
    ...first
  };
  function Parent() {
    const [now, setNow] = React.useState(props);
    give = setNow;
    return <ComparePage {...now} />;
  }
  const change = (more: Partial<ICompareProps>) => {
    props = { ...props, ...more };
    give(props);
  };
  const { container } = render(<Parent />);
  return {
    container,
    deeds,
    view: () => props.view,
    query: (selector: string) => container.querySelector<HTMLElement>(selector),
    all: (selector: string) => [...container.querySelectorAll<HTMLElement>(selector)],
    again: (more: Partial<ICompareProps>) => act(() => change(more))
  };
}
