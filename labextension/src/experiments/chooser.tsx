/** Which columns are shown, and which stay at the left. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button } from '../shell/controls';
import { Popup } from './popup';
import {
  choosable,
  firstColumns,
  sectionOf,
  sectionTitle,
  SECTIONS,
  titleOf
} from './shown-columns';
import type { IRuns } from './table/columns';
import type { ITableView } from './table/view-state';

interface IChooserProps {
  runs: IRuns;
  view: ITableView;
  trans: TranslationBundle;
  onView(more: Partial<ITableView>): void;
}

export function ColumnChooser(props: IChooserProps): React.ReactElement {
  const { trans } = props;
  return (
    <Popup label={trans.__('Columns')} name="columns" className="smo-Button">
      <Columns {...props} />
    </Popup>
  );
}

function Columns(props: IChooserProps): React.ReactElement {
  const { runs, view, trans, onView } = props;
  const [typed, setTyped] = React.useState('');
  const keys = React.useMemo(() => choosable(runs), [runs]);
  const shown = view.columns ?? firstColumns(runs);
  const found = keys.filter(key =>
    `${key} ${titleOf(key, trans)}`.toLowerCase().includes(typed.trim().toLowerCase())
  );
  const without = (list: readonly string[], key: string) =>
    list.includes(key) ? list.filter(one => one !== key) : [...list, key];
  return (
    <>
      <input
        type="search"
        className="smo-Field"
        aria-label={trans.__('Search columns')}
        placeholder={trans.__('Search columns')}
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      {SECTIONS.map(section => {
        const here = found.filter(key => sectionOf(key) === section);
        return here.length === 0 ? null : (
          <fieldset key={section} className="smo-Popup-part">
            <legend>{sectionTitle(section, trans)}</legend>
            {here.map(key => (
              <div key={key} className="smo-Popup-line" data-smo-column={key}>
                <label>
                  <input
                    type="checkbox"
                    className="smo-Check"
                    checked={shown.includes(key)}
                    onChange={() => onView({ columns: without(shown, key) })}
                  />
                  <span className="smo-Grid-text" title={key}>
                    {titleOf(key, trans)}
                  </span>
                </label>
                {shown.includes(key) && (
                  <button
                    type="button"
                    className="smo-Button smo-mod-link"
                    data-smo-do="pin"
                    aria-pressed={view.pinned.includes(key)}
                    aria-label={trans.__('Keep %1 at the left', titleOf(key, trans))}
                    onClick={() => onView({ pinned: without(view.pinned, key) })}
                  >
                    {view.pinned.includes(key) ? trans.__('pinned') : trans.__('pin')}
                  </button>
                )}
              </div>
            ))}
          </fieldset>
        );
      })}
      <Button
        label={trans.__('As at first')}
        name="columns-first"
        onClick={() => onView({ columns: null, pinned: [], widths: {} })}
      />
    </>
  );
}
