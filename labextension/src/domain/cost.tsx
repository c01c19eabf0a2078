/** What it costs: the totals, and who spends it. */

import * as React from 'react';

import type { Cost, IdleSetting, Spender } from '../api/types';
import { Icon } from '../shell/icon';
import { count, money, monthly, rate, upTo } from './format';
import { CopyStatement } from './parts';
import { Person } from './person';
import type { IDomainPageProps } from './props';
import {
  idleCostWords,
  idleSettingWords,
  priceWords,
  sourceWords,
  unknownWords,
  upToWords
} from './words';

/** The figures above the list. */
export function Totals(
  props: IDomainPageProps & { cost: Cost; idle: IdleSetting | null; storage?: boolean }
): React.ReactElement {
  const { cost, idle, trans } = props;
  // A sum of what came so far would be taken for the whole.
  const coming = (props.apps?.parts ?? []).some(
    part => part.state === 'loading' && part.at === null
  );
  return (
    <dl className="smo-Totals" data-smo-totals="">
      <Total
        name="per_hour"
        figure={coming ? '…' : cost.running === 0 ? '–' : rate(cost.per_hour, trans)}
        says={trans._n('%2 runs', '%2 run', cost.running, count(cost.running))}
        more={unknownWords(cost.unknown, trans)}
      />
      {cost.idle > 0 && (
        <Total
          name="idle"
          figure={rate(cost.idle_per_hour, trans)}
          says={idleCostWords(cost, trans)}
        />
      )}
      <Total
        name="up_to"
        figure={coming ? '…' : cost.running === 0 ? '–' : upTo(cost.up_to, trans)}
        says={trans.__('since each was started')}
      />
      {props.storage ? (
        <Total
          name="storage"
          figure={monthly(cost.storage_month, trans)}
          says={trans.__('for the disks of spaces')}
        />
      ) : (
        <Total
          name="idle_stop"
          figure={idleSettingWords(idle, trans)}
          says={
            idle === null || idle.enabled === null
              ? trans.__('idle stop')
              : trans.__('idle stop, %1', sourceWords(idle.source, trans))
          }
        />
      )}
    </dl>
  );
}

function Total(props: {
  name: string;
  figure: string;
  says: string;
  more?: string;
}): React.ReactElement {
  return (
    <div className="smo-Total" data-smo-total={props.name}>
      <dd>{props.figure}</dd>
      <dt>
        {props.says}
        {props.more && <span className="smo-Total-more">{props.more}</span>}
      </dt>
    </div>
  );
}

/** Bars of each person, what is idle hatched; beside the list. */
export function PerPerson(props: IDomainPageProps & { cost: Cost }): React.ReactElement {
  const { cost, trans } = props;
  const people = cost.people.filter(person => person.rows > 0);
  const most = Math.max(...people.map(person => person.per_hour ?? 0), 0);
  return (
    <>
      <h2>{trans.__('Per person, now')}</h2>
      <p className="smo-Legend">
        <span className="smo-Share-used" /> {trans.__('in use or unknown')}
        <span className="smo-Share-idle" /> {trans.__('idle')}
        <span className="smo-Legend-unit">{trans.__('per hour')}</span>
      </p>
      <ul className="smo-Shares">
        {people.map(person => (
          <li key={person.name}>
            <Person name={person.name || trans.__('team')} team={!person.name} />
            <Share spender={person} most={most} />
            <b>
              {person.per_hour === null ? trans.__('unknown') : money(person.per_hour)}
            </b>
          </li>
        ))}
      </ul>
      <p className="smo-Shares-sum">
        {trans.__('Everyone')} <b>{rate(cost.per_hour, trans)}</b>
      </p>
      <Prices {...props} />
    </>
  );
}

/** Drawn only: the figures stand beside it. */
function Share(props: { spender: Spender; most: number }): React.ReactElement {
  const { spender, most } = props;
  const part = (amount: number) => `${most > 0 ? (100 * amount) / most : 0}%`;
  const idle = spender.idle_per_hour ?? 0;
  return (
    <span className="smo-Share" aria-hidden="true">
      <span
        className="smo-Share-used"
        style={{ width: part((spender.per_hour ?? 0) - idle) }}
      />
      <span className="smo-Share-idle" style={{ width: part(idle) }} />
    </span>
  );
}

/** Where the prices come from, what is not counted, and the statement that would help. */
export function Prices(props: IDomainPageProps & { cost: Cost }): React.ReactElement {
  const { cost, trans, deeds } = props;
  const region = props.state?.here.region ?? '';
  const { problem } = cost;
  return (
    <p className="smo-Prices" data-smo-prices={cost.price_source}>
      {upToWords(trans)} {priceWords(cost, region, trans)}
      {problem && (
        <>
          {' '}
          {problem.action ? (
            <>
              {trans.__('AWS was not asked, because this is missing:')}{' '}
              <code>{problem.action}</code>.{' '}
            </>
          ) : (
            `${problem.message} `
          )}
          {problem.statement && (
            <CopyStatement statement={problem.statement} trans={trans} deeds={deeds} />
          )}
        </>
      )}
    </p>
  );
}

export function CostTab(props: IDomainPageProps & { cost: Cost }): React.ReactElement {
  const { cost, trans } = props;
  return (
    <div className="smo-Cost">
      <Totals {...props} idle={null} storage />
      <Prices {...props} />
      <div className="smo-Cost-tables">
        <Spenders
          {...props}
          name="people"
          title={trans.__('Per person')}
          rows={cost.people}
          named={spender => (
            <Person name={spender.name || trans.__('team')} team={!spender.name} />
          )}
        />
        <Spenders
          {...props}
          name="spaces"
          title={trans.__('Per space')}
          rows={cost.spaces}
          named={spender => <span className="smo-Person-name">{spender.name}</span>}
        />
      </div>
    </div>
  );
}

/** Rows of one table up to which all are shown at once. */
const MANY = 50;

function Spenders(
  props: IDomainPageProps & {
    name: string;
    title: string;
    rows: readonly Spender[];
    named(spender: Spender): React.ReactNode;
  }
): React.ReactElement {
  const { rows, trans, title } = props;
  const [all, setAll] = React.useState(false);
  const most = Math.max(...rows.map(row => row.per_hour ?? 0), 0);
  const shown = all ? rows : rows.slice(0, MANY);
  return (
    <section className="smo-Spenders" data-smo-spenders={props.name}>
      <h2>
        {title} <span className="smo-secondary">{count(rows.length)}</span>
      </h2>
      {rows.length === 0 ? (
        <p className="smo-secondary">{trans.__('Nothing that costs.')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col" className="smo-Spenders-bar">
                <span className="smo-only-heard">{trans.__('Share')}</span>
              </th>
              <th scope="col">{trans.__('Per hour')}</th>
              <th scope="col">{trans.__('Idle')}</th>
              <th scope="col">{trans.__('Disks, a month')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(row => (
              <tr key={row.name}>
                <th scope="row">{props.named(row)}</th>
                <td className="smo-Spenders-bar">
                  <Share spender={row} most={most} />
                </td>
                <td title={unknownWords(row.unknown, trans) || undefined}>
                  {row.rows === 0
                    ? '–'
                    : row.per_hour === null
                      ? trans.__('unknown')
                      : money(row.per_hour)}
                  {row.unknown > 0 && row.per_hour !== null && (
                    <>
                      {' '}
                      <Icon name="waiting" />
                      <span className="smo-only-heard">
                        {unknownWords(row.unknown, trans)}
                      </span>
                    </>
                  )}
                </td>
                <td>
                  {row.idle_per_hour === null
                    ? trans.__('unknown')
                    : row.idle_per_hour > 0
                      ? money(row.idle_per_hour)
                      : '–'}
                </td>
                <td>{row.storage_month === null ? '–' : money(row.storage_month)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < rows.length && (
        <button
          type="button"
          className="smo-Button smo-mod-link"
          onClick={() => setAll(true)}
        >
          {trans.__('Show all %1', count(rows.length))}
        </button>
      )}
    </section>
  );
}
