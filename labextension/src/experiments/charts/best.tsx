/** "Best of": the run that is best by a metric, then and now. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Name } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { figure, fullDate, moment } from '../format';
import { NAME, titleOf } from '../shown-columns';
import { bestOf, type IBest } from '../table/best';
import { textAt, type IRuns } from '../table/columns';
import type { Better } from '../table/direction';

/** Earlier ones that are listed. */
const EARLIER = 8;

export interface IBestProps {
  runs: IRuns;
  /** The metric's key. */
  of: string;
  better: Better;
  trans: TranslationBundle;
  onBetter(better: Better): void;
  /** Go to this run. */
  onRun(id: string): void;
}

export function Best(props: IBestProps): React.ReactElement {
  const { runs, of, better, trans } = props;
  const all = React.useMemo(() => bestOf(runs, of, better), [runs, of, better]);
  const title = titleOf(of, trans);
  const [now, ...before] = all;
  return (
    <div className="smo-Best" data-smo-best={of}>
      <p className="smo-Best-head">
        <strong>{trans.__('Best %1', title)}</strong>
        <select
          className="smo-Chip"
          data-smo-do="better"
          aria-label={trans.__('What is better')}
          value={better}
          onChange={event => props.onBetter(event.target.value as Better)}
        >
          <option value="more">{trans.__('more is better')}</option>
          <option value="less">{trans.__('less is better')}</option>
        </select>
      </p>
      {now === undefined ? (
        <p className="smo-secondary">{trans.__('No run has a value of %1.', title)}</p>
      ) : (
        <>
          <One {...props} best={now} now />
          {before.length > 0 && (
            <p className="smo-secondary smo-Best-before">{trans.__('Before it')}</p>
          )}
          {before.slice(0, EARLIER).map(best => (
            <One key={best.row} {...props} best={best} now={false} />
          ))}
          {before.length > EARLIER && (
            <p className="smo-secondary">
              {trans.__('and %1 earlier ones', before.length - EARLIER)}
            </p>
          )}
        </>
      )}
    </div>
  );
}

function One(props: IBestProps & { best: IBest; now: boolean }): React.ReactElement {
  const { runs, best, trans } = props;
  const id = runs.ids[best.row] ?? '';
  const name = textAt(runs.columns.get(NAME), best.row) || id;
  return (
    <button
      type="button"
      className="smo-Best-run"
      data-smo-do="best-run"
      data-smo-run={id}
      onClick={() => props.onRun(id)}
    >
      {props.now ? <Icon name="star" tone="warn" /> : <span className="smo-Best-space" />}
      <Name text={name} />
      <strong>{figure(best.value)}</strong>
      <span
        className="smo-secondary"
        title={best.since === null ? undefined : fullDate(best.since)}
      >
        {sinceWords(best, props.now, trans)}
      </span>
    </button>
  );
}

/** "best since 9 Nov, 14:20, 0.0036 better" */
export function sinceWords(
  { since, by }: IBest,
  now: boolean,
  trans: TranslationBundle
): string {
  const when = since === null ? '' : moment(since);
  const from =
    when === '' ? '' : now ? trans.__('best since %1', when) : trans.__('from %1', when);
  const step = by === null ? trans.__('the first') : trans.__('%1 better', figure(by));
  return [from, step].filter(Boolean).join(', ');
}
