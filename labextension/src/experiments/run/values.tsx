/** Metrics and parameters of a run. */

import * as React from 'react';

import { Sparkline } from '../charts/sparkline';
import { count, figure } from '../format';
import { valueWords } from '../latest';
import type { IPartProps } from './props';
import { LongText } from './told';

/** Lines that are shown before somebody asks for all. */
const SHOWN = 60;
/** From so many on there is a search. */
const SEARCHED = 12;

export function Metrics(props: IPartProps): React.ReactElement {
  const { shown, curves, trans } = props;
  const drawn = new Map(curves?.map(curve => [curve.metric, curve.values]));
  return (
    <Values
      id="metrics"
      title={trans.__('Metrics')}
      empty={trans.__('No metrics were logged.')}
      searched={trans.__('Search the metrics')}
      rows={shown.metrics}
      props={props}
    >
      {({ name, value }) => {
        const values = drawn.get(name)?.map(Number) ?? [];
        return (
          <>
            <td className="smo-Run-spark">
              {values.length > 1 && <Sparkline values={values} label="" />}
            </td>
            <td className="smo-Run-number" title={String(value)}>
              {typeof value === 'number' ? figure(value) : valueWords(value)}
            </td>
          </>
        );
      }}
    </Values>
  );
}

export function Parameters(props: IPartProps): React.ReactElement {
  const { shown, trans, deeds } = props;
  return (
    <Values
      id="params"
      title={trans.__('Parameters')}
      empty={trans.__('No parameters were logged.')}
      searched={trans.__('Search the parameters')}
      rows={shown.params}
      props={props}
    >
      {({ name, value, more }) => (
        <td className="smo-Run-value" dir="auto">
          <LongText
            text={value}
            more={more}
            name={name}
            whole={() => deeds.whole('params', name)}
            copy={deeds.copy}
            trans={trans}
          />
        </td>
      )}
    </Values>
  );
}

function Values<T extends { readonly name: string }>(given: {
  id: string;
  title: string;
  empty: string;
  searched: string;
  rows: readonly T[];
  props: IPartProps;
  children(row: T): React.ReactElement;
}): React.ReactElement {
  const { id, title, rows, props } = given;
  const { trans } = props;
  const [search, setSearch] = React.useState('');
  const [all, setAll] = React.useState(false);
  const wanted = search.trim().toLowerCase();
  const found =
    wanted === '' ? rows : rows.filter(row => row.name.toLowerCase().includes(wanted));
  const drawn = all ? found : found.slice(0, SHOWN);
  const heading = `smo-Run-${props.id}-${id}`;
  return (
    <section className="smo-Run-part" data-smo-part={id} aria-labelledby={heading}>
      <div className="smo-Run-partHead">
        <h2 id={heading}>{title}</h2>
        <span className="smo-secondary">{rows.length > 0 && count(rows.length)}</span>
        {rows.length > SEARCHED && (
          <input
            type="search"
            className="smo-Field smo-Run-search"
            aria-label={given.searched}
            placeholder={trans.__('Search')}
            value={search}
            onChange={event => setSearch(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Escape' && search !== '') {
                event.stopPropagation();
                setSearch('');
              }
            }}
          />
        )}
      </div>
      {rows.length === 0 ? (
        <p className="smo-secondary">{given.empty}</p>
      ) : found.length === 0 ? (
        <p className="smo-secondary" role="status">
          {trans.__('None is called so.')}
        </p>
      ) : (
        <table className="smo-Run-values" aria-labelledby={heading}>
          <tbody>
            {drawn.map((row, index) => (
              <tr key={index} data-smo-value={row.name}>
                <th scope="row" title={row.name} dir="auto">
                  {row.name}
                </th>
                {given.children(row)}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {drawn.length < found.length && (
        <button
          type="button"
          className="smo-Button smo-mod-link"
          data-smo-do={`all-${id}`}
          onClick={() => setAll(true)}
        >
          {trans.__('Show all %1', count(found.length))}
        </button>
      )}
    </section>
  );
}
