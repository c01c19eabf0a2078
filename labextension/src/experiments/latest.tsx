/** The latest runs in the side panel. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { ExperimentsState, RunRow } from '../api/types';
import { fullDate, span } from '../domain/format';
import { ProblemLines } from '../domain/room-problem';
import { Name } from '../shell/controls';
import { Icon } from '../shell/icon';
import { figure } from './format';
import { STATES } from './states';

/** What a person can do there. */
export interface ILatestDeeds {
  /** Show the run's experiment on the page. */
  open(run: RunRow): void;
  copy(text: string): void;
  doctor(): void;
}

export interface ILatestProps {
  state: ExperimentsState | null;
  /** Why the last question to the Jupyter server failed. */
  error: RequestError | null;
  /** Its first answer is late. */
  slow: boolean;
  trans: TranslationBundle;
  /** Milliseconds since 1970. */
  now: number;
  /** The curve of a run; null while there is none. */
  spark?(id: string): React.ReactElement | null;
  deeds: ILatestDeeds;
}

export function Latest(props: ILatestProps): React.ReactElement {
  const { state, error, trans } = props;
  const broken = state?.stores.filter(store => store.problem) ?? [];
  return (
    <div className="smo-Latest" data-smo-offline={error ? true : undefined}>
      {error && (
        <p className="smo-Footnote" data-smo-room-state="offline">
          {error.message}
        </p>
      )}
      {state === null || (state.state !== 'idle' && state.latest.length === 0) ? (
        !error && (
          <p className="smo-Footnote" data-smo-room-state="loading" aria-busy="true">
            {props.slow
              ? trans.__('The Jupyter server has not answered for 3 s.')
              : trans.__('Looking for runs…')}
          </p>
        )
      ) : state.latest.length > 0 ? (
        <Runs {...props} runs={state.latest} metric={state.metric} />
      ) : (
        broken.length === 0 && (
          <p className="smo-Footnote" data-smo-room-state="empty">
            {trans.__('No runs yet. What your notebooks log with MLflow appears here.')}
          </p>
        )
      )}
      {broken.map(({ id, name, problem }) => (
        <div key={id} className="smo-Latest-trouble" data-smo-trouble={problem?.code}>
          <strong>{name}</strong>
          {problem && (
            <ProblemLines problem={problem} trans={trans} deeds={props.deeds} />
          )}
        </div>
      ))}
    </div>
  );
}

function Runs(
  props: ILatestProps & { runs: readonly RunRow[]; metric: string }
): React.ReactElement {
  const { runs, metric, trans } = props;
  const [current, setCurrent] = React.useState<string | null>(null);
  const list = React.useRef<HTMLDivElement>(null);
  const tabStop = runs.some(run => run.id === current) ? current : runs[0]?.id;
  const onKeyDown = (event: React.KeyboardEvent) => {
    const rows = [
      ...(list.current?.querySelectorAll<HTMLElement>('[data-smo-run]') ?? [])
    ];
    const at = rows.indexOf(event.target as HTMLElement);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (at >= 0 && to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      rows[Math.min(rows.length - 1, Math.max(0, to))]?.focus();
    }
  };
  return (
    <div
      ref={list}
      role="list"
      aria-label={
        metric ? trans.__('Latest runs, by %1', metric) : trans.__('Latest runs')
      }
      onKeyDown={onKeyDown}
    >
      {runs.map(run => (
        <div role="listitem" key={run.id}>
          <button
            type="button"
            className="smo-Latest-run"
            data-smo-run={run.id}
            data-smo-state={run.status}
            tabIndex={run.id === tabStop ? 0 : -1}
            onFocus={() => setCurrent(run.id)}
            onClick={() => props.deeds.open(run)}
          >
            <State status={run.status} />
            <span className="smo-only-heard">{statusWords(run.status, trans)} </span>
            <Name text={run.name} />
            <span className="smo-Latest-spark">{props.spark?.(run.id)}</span>
            <span className="smo-Latest-value">{valueWords(run.metric)}</span>
            <span className="smo-Latest-when" title={when(run)}>
              {age(run, props.now, trans)}
            </span>
          </button>
        </div>
      ))}
    </div>
  );
}

function State(props: { status: RunRow['status'] }): React.ReactElement {
  const [icon, tone] = STATES[props.status] ?? (['skipped', 'quiet'] as const);
  return <Icon name={icon} tone={tone} />;
}

function when(run: RunRow): string {
  return run.started === null ? '' : fullDate(new Date(run.started).toISOString());
}

/** "now" while it runs, else how long ago it began. */
function age(run: RunRow, now: number, trans: TranslationBundle): string {
  if (run.status === 'running') {
    return trans.__('now');
  }
  if (run.started === null) {
    return '';
  }
  const hours = Math.floor((now - run.started) / 3_600_000);
  // One unit: the whole date is on hover, and the place is narrow.
  return hours < 1 || hours >= 48
    ? span((now - run.started) / 1000, trans)
    : trans.__('%1 h', hours);
}

/** A value; what is no number by its name. */
export function valueWords(value: RunRow['metric']): string {
  return typeof value === 'number' ? figure(value) : (value ?? '');
}

export function statusWords(status: RunRow['status'], trans: TranslationBundle): string {
  switch (status) {
    case 'running':
      return trans.__('Running');
    case 'scheduled':
      return trans.__('Waiting');
    case 'finished':
      return trans.__('Finished');
    case 'failed':
      return trans.__('Failed');
    case 'stopped':
      return trans.__('Stopped');
  }
}
