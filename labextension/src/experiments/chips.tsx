/** What narrows the list: one chip a facet, and what else could. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon } from '../shell/icon';
import { count } from './format';
import { Popup } from './popup';
import { FACETS, NAME, titleOf } from './shown-columns';
import type { IRuns } from './table/columns';
import { counts, toggled, withFacet, type Facets, type INarrowed } from './table/facets';
import { facetWord, facetWords } from './words';

/** Values that a facet lists before one types. */
const LISTED = 40;

interface IChipsProps {
  runs: IRuns;
  by: INarrowed;
  facets: Facets;
  trans: TranslationBundle;
  onFacets(facets: Facets): void;
}

export function Chips(props: IChipsProps): React.ReactElement {
  const { runs, facets, trans, onFacets } = props;
  const [added, setAdded] = React.useState('');
  const isWords = (key: string) => runs.columns.get(key)?.kind === 'words';
  const usual = FACETS.filter(isWords);
  const active = Object.keys(facets).filter(key => !usual.includes(key));
  const more = added && !active.includes(added) && isWords(added) ? [added] : [];
  const others = [...runs.columns.keys()].filter(
    key => isWords(key) && key !== NAME && ![...usual, ...active, ...more].includes(key)
  );
  return (
    <div className="smo-Chips" role="group" aria-label={trans.__('Facets')}>
      {[...usual, ...active, ...more].map(key => {
        const facet = facets[key];
        const label = facet ? facetWords(key, facet, trans) : titleOf(key, trans);
        return (
          <span key={key} className="smo-Facet" data-smo-facet={key}>
            {facet?.kind === 'range' || !isWords(key) ? (
              <span className="smo-Chip smo-mod-on">{label}</span>
            ) : (
              <Popup
                label={label}
                name="facet"
                className={`smo-Chip ${facet ? 'smo-mod-on' : ''}`}
              >
                <Values {...props} of={key} />
              </Popup>
            )}
            {facet && (
              <button
                type="button"
                className="smo-Button smo-mod-icon"
                data-smo-do="drop-facet"
                aria-label={trans.__('Show all again: %1', label)}
                onClick={() => onFacets(withFacet(facets, key, null))}
              >
                <Icon name="cross" />
              </button>
            )}
          </span>
        );
      })}
      {others.length > 0 && (
        <select
          className="smo-Chip"
          data-smo-do="add-facet"
          aria-label={trans.__('Narrow by another column')}
          value=""
          onChange={event => setAdded(event.target.value)}
        >
          <option value="">{trans.__('+ Filter')}</option>
          {others.map(key => (
            <option key={key} value={key}>
              {titleOf(key, trans)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function Values(props: IChipsProps & { of: string }): React.ReactElement {
  const { runs, by, facets, trans, of } = props;
  const [typed, setTyped] = React.useState('');
  const all = React.useMemo(() => counts(runs, of, by), [runs, of, by]);
  const facet = facets[of];
  const chosen = new Set(facet?.kind === 'words' ? facet.words : []);
  const found = all.filter(({ word }) =>
    word.toLowerCase().includes(typed.trim().toLowerCase())
  );
  const listed = found.slice(0, LISTED);
  return (
    <>
      {all.length > 10 && (
        <input
          type="search"
          className="smo-Field"
          aria-label={trans.__('Search values')}
          placeholder={trans.__('Search values')}
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
      )}
      {listed.map(value => (
        <label key={value.word} className="smo-Popup-line" data-smo-value={value.word}>
          <input
            type="checkbox"
            className="smo-Check"
            checked={chosen.has(value.word)}
            onChange={() => props.onFacets(toggled(facets, of, value.word))}
          />
          <span className="smo-Grid-text">{facetWord(of, value.word, trans)}</span>
          <span className="smo-secondary">{count(value.count)}</span>
        </label>
      ))}
      {found.length > listed.length && (
        <p className="smo-secondary">
          {trans.__('%1 more: type to find them.', count(found.length - listed.length))}
        </p>
      )}
    </>
  );
}
