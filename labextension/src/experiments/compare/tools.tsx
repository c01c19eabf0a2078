/** What stands above a comparison: the runs with their letters, and what can be done. */

import * as React from 'react';

import { Button, Name } from '../../shell/controls';
import { Popup } from '../popup';
import { Letter } from '../row';
import { NAME } from '../shown-columns';
import { textAt } from '../table/columns';
import { headsOf, type ICompareProps } from './props';
import { csvOf, type ISection } from './rows';
import { MOST } from './view-state';

/** Runs that are named; the rest is a number. */
const NAMED = 6;
/** Runs to add that are listed. */
const LISTED = 50;

export function Tools(
  props: ICompareProps & { sections: readonly ISection[] }
): React.ReactElement {
  const { ids, view, trans, deeds, sections } = props;
  const heads = headsOf(props);
  const first = heads[0];
  return (
    <div
      className="smo-Compare-tools"
      role="toolbar"
      aria-label={trans.__('Comparison')}
      data-smo-runs={ids.length}
    >
      {heads.slice(0, NAMED).map(head => (
        <span key={head.id} className="smo-Compare-run">
          <Letter letter={head.letter} />
          <Name text={head.name} />
        </span>
      ))}
      {heads.length > NAMED && (
        <span className="smo-secondary">
          {trans.__('and %1 more', heads.length - NAMED)}
        </span>
      )}
      <AddRun {...props} />
      <span className="smo-Table-space" />
      <label className="smo-Compare-only">
        <input
          type="checkbox"
          className="smo-Check"
          data-smo-do="only-differences"
          checked={view.onlyDifferences}
          onChange={event => deeds.set({ onlyDifferences: event.target.checked })}
        />
        {trans.__('Only differences')}
      </label>
      <button
        type="button"
        className="smo-Button"
        data-smo-do="turn"
        aria-pressed={view.turned}
        onClick={() => deeds.set({ turned: !view.turned })}
      >
        {trans.__('Turn table')}
      </button>
      <Button
        name="csv"
        label={trans.__('Save')}
        hint={trans.__('Save what is shown as CSV')}
        disabled={sections.length === 0}
        onClick={() => {
          const named = heads.map(head => `${head.letter} ${head.name}`);
          deeds.save(csvOf(named, sections));
        }}
      />
      {first && deeds.reproduce && (
        <Button
          look="accent"
          name="reproduce"
          label={trans.__('Reproduce %1…', first.letter)}
          hint={trans.__('Reproduce %1…', first.name)}
          onClick={() => deeds.reproduce?.(first.id)}
        />
      )}
    </div>
  );
}

function AddRun(props: ICompareProps): React.ReactElement | null {
  const { ids, trans } = props;
  return ids.length >= MOST ? null : (
    <Popup label={trans.__('Add run')} name="add-run" className="smo-Button smo-mod-link">
      <Candidates {...props} />
    </Popup>
  );
}

function Candidates(props: ICompareProps): React.ReactElement {
  const { ids, runs, trans, deeds, chosen } = props;
  const [search, setSearch] = React.useState('');
  const wanted = search.trim().toLowerCase();
  const names = runs.columns.get(NAME);
  const found: (readonly [string, string])[] = [];
  let more = 0;
  const own = new Set(ids);
  // The chosen ones first: that is what they were chosen for.
  for (const id of new Set([...chosen.keys(), ...runs.ids])) {
    const name = textAt(names, runs.rows.get(id) ?? -1) || props.names.get(id) || id;
    if (own.has(id) || !`${name} ${id}`.toLowerCase().includes(wanted)) {
      continue;
    }
    if (found.length < LISTED) {
      found.push([id, name]);
    } else {
      more += 1;
    }
  }
  return (
    <>
      <input
        className="smo-Field"
        type="search"
        data-smo-search="add-run"
        placeholder={trans.__('Find a run')}
        aria-label={trans.__('Find a run')}
        value={search}
        onChange={event => setSearch(event.target.value)}
      />
      {found.length === 0 && (
        <span className="smo-secondary">
          {runs.ids.length === 0
            ? trans.__('Open the table of experiments to add its runs.')
            : trans.__('No other run is called so.')}
        </span>
      )}
      {found.map(([id, name]) => (
        <button
          key={id}
          type="button"
          className="smo-Compare-add"
          data-smo-do="add"
          data-smo-run={id}
          title={name}
          onClick={() => deeds.setRuns([...ids, id])}
        >
          {chosen.has(id) && <Letter letter={chosen.get(id) ?? ''} />}
          <span className="smo-Grid-text">{name.slice(0, 100)}</span>
        </button>
      ))}
      {more > 0 && <span className="smo-secondary">{trans.__('and %1 more', more)}</span>}
    </>
  );
}
