/** The data that a run had, and the runs that it has to do with. */

import * as React from 'react';

import type { RunReference, RunShown } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count, moment } from '../format';
import { statusWords } from '../latest';
import { STATES } from '../states';
import { Fact, Part } from './part';
import type { IPartProps } from './props';
import { sizeWords } from '../../shell/sizes';

export function Data(props: IPartProps): React.ReactElement | null {
  const { shown, trans } = props;
  if (shown.datasets.length === 0) {
    return null;
  }
  return (
    <Part
      id="data"
      of={props.id}
      title={trans.__('Data')}
      note={count(shown.datasets.length)}
    >
      <ul className="smo-Run-data">
        {shown.datasets.map((data, index) => (
          <li key={index}>
            <span className="smo-Run-dataName" dir="auto">
              {data.name}
            </span>{' '}
            <span className="smo-secondary">
              {[
                data.context,
                data.size === null ? '' : sizeWords(data.size, trans),
                data.version && trans.__('version %1', data.version)
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
            <div className="smo-Run-dataPlace" title={data.source}>
              {data.source !== data.name && data.source}{' '}
              {data.digest !== '' && (
                <code title={data.digest}>{data.digest.slice(0, 12)}</code>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** The runs that this one has to do with. */
export function Others(props: IPartProps): React.ReactElement | null {
  const { shown, trans } = props;
  const lists: ReadonlyArray<readonly [string, string, readonly RunReference[]]> = [
    ['parent', trans.__('Part of'), shown.parent ? [shown.parent] : []],
    ['repeats', trans.__('Repeats'), shown.repeats ? [shown.repeats] : []],
    ['repeated', trans.__('Repeated by'), shown.repeated],
    ['children', trans.__('Its parts'), shown.children]
  ];
  const there = lists.filter(([, , runs]) => runs.length > 0);
  if (there.length === 0) {
    return null;
  }
  return (
    <Part id="others" of={props.id} title={trans.__('Other runs')}>
      <dl className="smo-Run-facts">
        {there.map(([name, title, runs]) => (
          <Fact key={name} name={title}>
            <ul className="smo-Run-runs" data-smo-list={name} aria-label={title}>
              {runs.map(run => (
                <li key={run.id || run.name}>
                  <Other run={run} {...props} />
                </li>
              ))}
            </ul>
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function Other(props: IPartProps & { run: RunReference }): React.ReactElement {
  const { run, trans, deeds } = props;
  if (run.id === '') {
    return (
      <>
        <code>{run.name.slice(0, 12)}</code>{' '}
        <span className="smo-secondary">
          {trans.__('in a store that is not read here')}
        </span>
      </>
    );
  }
  const status: RunShown['status'] = run.status ?? 'finished';
  const [icon, tone] = STATES[status] ?? (['skipped', 'quiet'] as const);
  return (
    <>
      <Icon name={icon} tone={tone} />
      <span className="smo-only-heard">{statusWords(status, trans)} </span>
      <Button
        name="open-other"
        look="link"
        label={run.name}
        onClick={() => deeds.openRun(run.id)}
      />{' '}
      <span className="smo-secondary">{run.started !== null && moment(run.started)}</span>
    </>
  );
}
