/** The row above the table: experiments, search, filter, columns, groups, and ways out. */

import * as React from 'react';

import { Button } from '../shell/controls';
import { ColumnChooser } from './chooser';
import { FilterField } from './filter-field';
import type { IExperimentsPageProps } from './props';
import { NAME, STATUS, titleOf, type IShown } from './shown-columns';
import { csv } from './table/csv';
import type { QueryError } from './table/query/lex';
import { countWords, queryWords, unknownWords } from './words';

interface IToolsProps extends IExperimentsPageProps {
  search: React.RefObject<HTMLInputElement | null>;
  /** Rows that are shown. */
  shown: Int32Array;
  columns: readonly IShown[];
  /** Columns that the filter names and no run has. */
  unknown: readonly string[];
  queryProblem: QueryError | null;
}

export function Tools(props: IToolsProps): React.ReactElement {
  const { runs, view, trans, deeds, queryProblem, columns } = props;
  const problem = React.useId();
  const told = queryProblem
    ? queryWords(queryProblem, trans)
    : unknownWords(props.unknown, trans);
  const groups = [...runs.columns.values()]
    .filter(({ key, kind }) => key !== NAME && (kind === 'words' || key === view.group))
    .map(({ key }) => key);
  const keys = [STATUS, ...columns.map(({ key }) => key)];
  return (
    <>
      <div className="smo-Experiments-tools" role="group" aria-label={trans.__('Runs')}>
        <button
          type="button"
          className="smo-Button smo-Experiments-which"
          data-smo-do="experiments"
          aria-haspopup="menu"
          title={props.experiments.join(', ')}
          onClick={event => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            deeds.chooseExperiments(left, bottom);
          }}
        >
          {props.experiments.join(', ') || trans.__('Experiments')}{' '}
          <span aria-hidden="true">▾</span>
        </button>
        <input
          ref={props.search as React.RefObject<HTMLInputElement>}
          type="search"
          className="smo-Field smo-Table-search"
          data-smo-search="runs"
          aria-label={trans.__('Search names, values, notes')}
          placeholder={trans.__('Search names, values, notes')}
          title={trans.__('%1 ( / )', trans.__('Search names, values, notes'))}
          value={view.search}
          spellCheck={false}
          onChange={event => deeds.set({ search: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Escape' && view.search !== '') {
              event.stopPropagation();
              deeds.set({ search: '' });
            }
          }}
        />
        <FilterField
          value={view.filter}
          bad={queryProblem !== null}
          told={told === '' ? undefined : problem}
          trans={trans}
          onChange={filter => deeds.set({ filter })}
        />
        <span
          className="smo-secondary smo-Experiments-count"
          role="status"
          data-smo-count={props.shown.length}
        >
          {countWords(props.shown.length, runs.ids.length, runs.total, trans)}
        </span>
        <span className="smo-Table-space" />
        <Modes {...props} />
        {view.mode === 'table' && (
          <>
            <ColumnChooser runs={runs} view={view} trans={trans} onView={deeds.set} />
            <select
              className="smo-Button"
              data-smo-do="group"
              aria-label={trans.__('Group by')}
              value={view.group ?? ''}
              onChange={event =>
                deeds.set({ group: event.target.value || null, closed: [] })
              }
            >
              <option value="">{trans.__('No groups')}</option>
              {groups.map(key => (
                <option key={key} value={key}>
                  {titleOf(key, trans)}
                </option>
              ))}
            </select>
          </>
        )}
        <Button
          icon="update"
          name="csv"
          label={trans.__('Save the shown runs as CSV')}
          onClick={() => deeds.saveCsv(csv(runs, props.shown, keys))}
        />
        {deeds.copyLink && (
          <Button
            icon="copy"
            name="copy-link"
            label={trans.__('Copy a link to this table')}
            onClick={deeds.copyLink}
          />
        )}
        <Button
          icon="again"
          name="refresh"
          label={trans.__('Read again')}
          onClick={deeds.refresh}
        />
      </div>
      <p
        id={problem}
        className={`smo-Experiments-told ${queryProblem ? 'smo-mod-bad' : ''}`}
        role="status"
        hidden={told === ''}
        data-smo-query={queryProblem?.code ?? (told === '' ? 'read' : 'unknown')}
      >
        {told}
      </p>
    </>
  );
}

/** The same runs as rows, or drawn. */
function Modes({ view, trans, deeds }: IToolsProps): React.ReactElement {
  const modes = [
    ['table', trans.__('Table')],
    ['charts', trans.__('Charts')]
  ] as const;
  return (
    <span className="smo-Modes" role="group" aria-label={trans.__('Show as')}>
      {modes.map(([mode, label]) => (
        <button
          key={mode}
          type="button"
          className="smo-Button"
          data-smo-do={mode}
          aria-pressed={view.mode === mode}
          onClick={() => deeds.set({ mode })}
        >
          {label}
        </button>
      ))}
    </span>
  );
}
