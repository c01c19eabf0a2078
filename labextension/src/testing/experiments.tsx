/** The experiments page with deeds that only remember, and a view that they change. */

import { act, cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import { ExperimentsPage } from '../experiments/page';
import type { IExperimentsDeeds, IExperimentsPageProps } from '../experiments/props';
import { NO_RUNS, type IRuns } from '../experiments/table/columns';
import { FIRST_VIEW } from '../experiments/table/view-state';
import { runsOf } from './runs';
import { trans } from './view';

type Deeds = Required<IExperimentsDeeds>;

/** So many runs: `auc` falls from run to run. */
export function manyRuns(number: number): IRuns {
  const each = <T,>(value: (index: number) => T) =>
    Array.from({ length: number }, (_, index) => value(index));
  return runsOf(
    each(index => `s.${index}`),
    {
      'attributes.name': each(index => `run-${index}`),
      'attributes.status': each(index => (index % 5 === 4 ? 'failed' : 'finished')),
      'attributes.person': each(index => (index % 2 ? 'bob' : 'alice')),
      'attributes.started': each(index => 1_790_000_000_000 - index * 60_000),
      'metrics.auc': each(index => 1 - index / (number + 1)),
      'params.depth': each(index => String(index % 3))
    }
  );
}

export function showExperiments(first: Partial<IExperimentsPageProps> = {}) {
  cleanup();
  const deeds = {
    set: vi.fn<Deeds['set']>(more => {
      change({ view: { ...props.view, ...more } });
    }),
    choose: vi.fn<Deeds['choose']>(chosen => change({ chosen })),
    setCurrent: vi.fn<Deeds['setCurrent']>(current => change({ current })),
    open: vi.fn<Deeds['open']>(),
    compare: vi.fn<Deeds['compare']>(),
    reproduce: vi.fn<Deeds['reproduce']>(),
    tag: vi.fn<Deeds['tag']>(),
    menu: vi.fn<Deeds['menu']>(),
    chooseExperiments: vi.fn<Deeds['chooseExperiments']>(),
    saveCsv: vi.fn<Deeds['saveCsv']>(),
    copy: vi.fn<Deeds['copy']>(),
    copyLink: vi.fn<Deeds['copyLink']>(),
    refresh: vi.fn<Deeds['refresh']>()
  };
  let props: IExperimentsPageProps = {
    runs: NO_RUNS,
    state: 'ready',
    problem: null,
    late: '',
    experiments: ['churn-xgb'],
    stores: ['this space'],
    view: FIRST_VIEW,
    chosen: new Map(),
    current: null,
    trans,
    deeds,
    ...first
  };
  /** Told to the page as a parent would: it holds the props and gives them down. */
  let give: (now: IExperimentsPageProps) => void = () => undefined;
  function Parent() {
    const [now, setNow] = React.useState(props);
    give = setNow;
    return <ExperimentsPage {...now} />;
  }
  const change = (more: Partial<IExperimentsPageProps>) => {
    props = { ...props, ...more };
    give(props);
  };
  const { container } = render(<Parent />);
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  return {
    container,
    deeds,
    query,
    again: (more: Partial<IExperimentsPageProps>) => act(() => change(more)),
    view: () => props.view,
    /** Names of the drawn rows, from top to bottom. */
    names: () =>
      [...container.querySelectorAll<HTMLElement>('[data-smo-row]')]
        .sort(
          (a, b) =>
            Number(a.getAttribute('aria-rowindex')) -
            Number(b.getAttribute('aria-rowindex'))
        )
        .map(row => row.querySelector('.smo-Name')?.textContent ?? ''),
    row: (id: string) => query(`[data-smo-row="${id}"]`)
  };
}
