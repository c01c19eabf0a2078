/** The page of the main area: what narrows the runs, the runs, and the chosen ones. */

import * as React from 'react';

import { Chips } from './chips';
import { ChosenRuns } from './footer';
import { count } from './format';
import { RunsGrid } from './grid';
import { mark, measure } from './measured';
import { Loading, Nothing, Problem } from './notices';
import type { IExperimentsPageProps } from './props';
import { shownColumns, STATUS } from './shown-columns';
import { found, held } from './table/arranged';
import type { IRuns } from './table/columns';
import { betterOf } from './table/direction';
import { kept, withFacet } from './table/facets';
import { grouped } from './table/groups';
import { compiled, type IFilter } from './table/query/compile';
import { QueryError } from './table/query/lex';
import { inOrder } from './table/selection';
import { ordered, turned } from './table/sort';
import { clampWidth } from './table/view-state';
import { Tools } from './tools';

const Charts = React.lazy(async () => {
  const charts = await import('./charts/charts');
  return { default: charts.Charts };
});

const BestOf = React.lazy(async () => {
  const best = await import('./charts/best-of');
  return { default: best.BestOf };
});

export function ExperimentsPage(props: IExperimentsPageProps): React.ReactElement {
  const { runs, view, chosen, trans, deeds, state } = props;
  const page = React.useRef<HTMLDivElement>(null);
  const search = React.useRef<HTMLInputElement>(null);
  const start = performance.now();
  const { filter, problem } = useFilter(view.filter);
  const by = React.useMemo(
    () => found(runs, filter, { search: view.search, facets: view.facets }),
    [runs, filter, view.search, view.facets]
  );
  const rows = React.useMemo(
    () => ordered(runs, kept(by), view.sort),
    [runs, by, view.sort]
  );
  const epoch = [filter, view.search, view.facets, view.sort];
  const hold = useHeld(runs, rows, epoch);
  const lines = React.useMemo(
    () => grouped(runs, hold.rows, view.group, new Set(view.closed)),
    [runs, hold.rows, view.group, view.closed]
  );
  const end = performance.now();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the times of this arrangement
  React.useEffect(() => measure('arrange', start, end), [lines]);
  const columns = React.useMemo(
    () => shownColumns(runs, view, trans),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- of the view only these
    [runs, view.columns, view.pinned, view.widths, trans]
  );
  const status = runs.columns.get(STATUS);
  const recording = status?.kind === 'words' ? status.words.indexOf('running') : -1;
  const running =
    status?.kind === 'words' && recording >= 0
      ? status.codes.reduce((sum, code) => sum + (code === recording ? 1 : 0), 0)
      : 0;
  const seesRuns = hold.rows.length > 0 || hold.waiting > 0;
  const seesAll = seesRuns && runs.ids.length >= runs.total;
  React.useEffect(() => {
    if (seesRuns) {
      mark('rows');
    }
  }, [seesRuns]);
  React.useEffect(() => {
    if (seesAll) {
      mark('all');
    }
  }, [seesAll]);
  const isLoading = state === 'loading' && runs.ids.length === 0;
  const focusSearch = () => search.current?.focus();

  return (
    <div
      ref={page}
      className="smo-Experiments"
      data-smo-page="experiments"
      onKeyDown={event => {
        const typing =
          event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
        if (event.key === '/' && !typing && !event.defaultPrevented) {
          event.preventDefault();
          focusSearch();
        }
      }}
    >
      <Tools
        {...props}
        search={search}
        shown={hold.rows}
        columns={columns}
        unknown={filter?.unknown(runs) ?? []}
        queryProblem={problem}
      />
      <div className="smo-Experiments-facets">
        <Chips
          runs={runs}
          by={by}
          facets={view.facets}
          trans={trans}
          onFacets={facets => deeds.set({ facets })}
        />
        <span className="smo-Table-space" />
        {hold.waiting > 0 && (
          <button
            type="button"
            className="smo-Button smo-mod-link"
            data-smo-do="show-new"
            onClick={hold.release}
          >
            {trans._n('%2 new', '%2 new', hold.waiting, count(hold.waiting))}
          </button>
        )}
        <span className="smo-secondary" data-smo-live={running}>
          {running > 0 && trans._n('live · %1 recording', 'live · %1 recording', running)}
        </span>
        <span className="smo-secondary" title={props.stores.join(', ')}>
          {props.stores.length > 0 &&
            trans._n(
              '%1 store: %2',
              '%1 stores: %2',
              props.stores.length,
              props.stores.join(', ')
            )}
        </span>
        {props.recording && saysWhere(props.recording, props.stores) && (
          <span
            className="smo-secondary"
            title={props.recording.note}
            data-smo-recording={props.recording.note === '' ? 'meant' : 'elsewhere'}
          >
            {trans.__('your runs go to %1', props.recording.name)}
            {props.recording.note !== '' && (
              <span className="smo-only-heard"> {props.recording.note}</span>
            )}
          </span>
        )}
      </div>
      <Problem {...props} />
      {props.best && (
        <React.Suspense fallback={null}>
          <BestOf {...props} asked={props.best} />
        </React.Suspense>
      )}
      {isLoading ? (
        <Loading {...props} />
      ) : seesRuns && view.mode === 'charts' ? (
        <React.Suspense fallback={<div className="smo-Charts" aria-busy="true" />}>
          <Charts {...props} rows={rows} />
        </React.Suspense>
      ) : seesRuns ? (
        <RunsGrid
          runs={runs}
          grouped={lines}
          by={by}
          columns={columns}
          view={view}
          chosen={chosen}
          current={props.current}
          busy={state === 'loading'}
          trans={trans}
          onCurrent={deeds.setCurrent}
          onChoose={deeds.choose}
          onSort={(by, downFirst, more) => {
            // The best first, at a first click.
            const down = by.startsWith('metrics.')
              ? betterOf(by, view.better) === 'more'
              : downFirst;
            deeds.set({ sort: turned(view.sort, by, down, more) });
          }}
          onBest={(of, x) => deeds.best?.({ of, x })}
          onFacet={(key, facet) =>
            deeds.set({ facets: withFacet(view.facets, key, facet) })
          }
          onWidth={(key, pixels) => {
            const others = Object.entries(view.widths).filter(([one]) => one !== key);
            const widths = Object.fromEntries(others);
            deeds.set({
              widths: pixels === null ? widths : { ...widths, [key]: clampWidth(pixels) }
            });
          }}
          onFold={name => deeds.set({ closed: turnedIn(view.closed, name) })}
          onOpen={deeds.open}
          onCompare={() => deeds.compare?.(inOrder(chosen))}
          onReproduce={id => id !== '' && deeds.reproduce?.(id)}
          onMenu={deeds.menu}
          onSearch={focusSearch}
          onEscape={focusSearch}
          onHold={hold.hold}
        />
      ) : state === 'failed' && runs.ids.length === 0 ? null : (
        <Nothing {...props} />
      )}
      <ChosenRuns {...props} />
    </div>
  );
}

/** While a filter cannot be read, since it is being typed, the last good one holds. */
function useFilter(text: string): { filter: IFilter | null; problem: QueryError | null } {
  const good = React.useRef<IFilter | null>(null);
  return React.useMemo(() => {
    try {
      good.current = text.trim() === '' ? null : compiled(text);
      return { filter: good.current, problem: null };
    } catch (error) {
      if (error instanceof QueryError) {
        return { filter: good.current, problem: error };
      }
      throw error;
    }
  }, [text]);
}

/**
 * Rows that keep their places while `hold(true)`.
 *
 * @param epoch - another filter or order: places are given anew
 */
function useHeld(runs: IRuns, rows: Int32Array, epoch: readonly unknown[]) {
  const [holding, setHolding] = React.useState(false);
  const [released, release] = React.useReducer((times: number) => times + 1, 0);
  const places = React.useRef<{ epoch: readonly unknown[]; ids: readonly string[] }>({
    epoch: [],
    ids: []
  });
  // The first page is no order to hold: the rest of the runs is not "new".
  const now = [...epoch, released, runs.ids.length >= runs.total];
  const same = now.every((one, index) => one === places.current.epoch[index]);
  const idsOf = () => Array.from(rows, row => runs.ids[row] ?? '');
  const fresh = !holding || !same || places.current.ids.length === 0;
  const kept = React.useMemo(
    () => (fresh ? { rows, waiting: 0 } : held(runs, rows, places.current.ids)),
    [fresh, runs, rows]
  );
  React.useEffect(() => {
    if (fresh) {
      places.current = { epoch: now, ids: idsOf() };
    }
  });
  return { ...kept, hold: setHolding, release };
}

function turnedIn(list: readonly string[], name: string): readonly string[] {
  return list.includes(name) ? list.filter(one => one !== name) : [...list, name];
}

/** Where runs go is worth a place where it is not what one sees. */
function saysWhere(
  recording: { name: string; note: string },
  stores: readonly string[]
): boolean {
  return recording.note !== '' || stores.join() !== recording.name;
}
