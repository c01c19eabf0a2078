/** The chosen runs, and what one can do with them. */

import * as React from 'react';

import { Button, Name } from '../shell/controls';
import type { IExperimentsPageProps } from './props';
import { Letter } from './row';
import { NAME } from './shown-columns';
import { numberAt, textAt } from './table/columns';
import { differing } from './table/differ';
import { inOrder, unchoose } from './table/selection';
import { differWords, numberWords } from './words';

/** Runs that are named; the rest is a number. */
const NAMED = 6;

export function ChosenRuns(props: IExperimentsPageProps): React.ReactElement | null {
  const { runs, chosen, view, trans, deeds } = props;
  const ids = inOrder(chosen);
  const rows = ids.flatMap(id => runs.rows.get(id) ?? []);
  const different = React.useMemo(
    () => differing(runs, rows),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- rows come from these two
    [runs, chosen]
  );
  if (ids.length === 0) {
    return null;
  }
  const by = view.sort[0]?.by ?? '';
  return (
    <footer className="smo-Chosen" data-smo-chosen-runs={ids.length}>
      <strong>{trans._n('%1 chosen', '%1 chosen', ids.length)}</strong>
      {ids.slice(0, NAMED).map(id => {
        const row = runs.rows.get(id) ?? -1;
        const name = textAt(runs.columns.get(NAME), row) ?? id;
        const value = by.startsWith('metrics.')
          ? numberAt(runs.columns.get(by), row)
          : null;
        return (
          <span key={id} className="smo-Chosen-run" data-smo-chosen-run={id}>
            <Letter letter={chosen.get(id) ?? ''} />
            <Name text={name} />
            {value !== null && <strong>{numberWords(by)(value)}</strong>}
            <Button
              icon="cross"
              name="unchoose"
              label={trans.__('Choose %1 no longer', name)}
              onClick={() => deeds.choose(unchoose(chosen, [id]))}
            />
          </span>
        );
      })}
      {ids.length > NAMED && (
        <span className="smo-secondary">
          {trans.__('and %1 more', ids.length - NAMED)}
        </span>
      )}
      {rows.length > 1 && (
        <span className="smo-secondary smo-Chosen-differ">
          {differWords(different, trans)}
        </span>
      )}
      <span className="smo-Table-space" />
      <Button
        look="link"
        name="clear"
        label={trans.__('Clear')}
        onClick={() => deeds.choose(new Map())}
      />
      {deeds.tag && <Button name="tag" label={trans.__('Tag…')} onClick={deeds.tag} />}
      {deeds.reproduce && (
        <Button
          name="reproduce"
          label={trans.__('Reproduce %1…', chosen.get(ids[0] ?? '') ?? '')}
          onClick={() => deeds.reproduce?.(ids[0] ?? '')}
        />
      )}
      {deeds.compare && ids.length > 1 && (
        <Button
          look="accent"
          name="compare"
          label={trans.__('Compare %1 runs', ids.length)}
          onClick={() => deeds.compare?.(ids)}
        />
      )}
    </footer>
  );
}
