/** The doctor's page, from props alone: what does not work comes first. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Check, Report } from '../api/types';
import { Copy } from '../domain/room-problem';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import {
  asText,
  fact,
  forAdmin,
  foundWords,
  groups,
  headline,
  lookedWords,
  LOOKS,
  sendWords,
  stateWord
} from './words';

/** How many of those that work are shown before one asks for more. */
const SOME = 6;

/** What a terminal says the same with. */
const COMMAND = 'sm-onboard doctor --json';

export interface IDoctorDeeds {
  again(): void;
  copy(text: string): void;
}

export interface IDoctorProps {
  report: Report | null;
  looking: boolean;
  /** Why the Jupyter server did not answer, or refused. */
  error: RequestError | null;
  slow: boolean;
  trans: TranslationBundle;
  deeds: IDoctorDeeds;
}

export function DoctorView(props: IDoctorProps): React.ReactElement {
  const { report, trans, deeds, error } = props;
  return (
    <div
      className="smo-Doctor"
      data-smo-doctor={props.looking ? 'looking' : (report?.state ?? 'loading')}
      aria-busy={props.looking}
    >
      <div className="smo-Doctor-main">
        <header className="smo-Doctor-head">
          <div className="smo-Doctor-title">
            <h1>{report ? headline(report, trans) : trans.__('What works here')}</h1>
            <p role="status">
              {props.looking && <Icon name="working" tone="accent" />}{' '}
              {report
                ? lookedWords(report, trans)
                : props.slow
                  ? trans.__('The Jupyter server has not answered for 3 s.')
                  : ''}
            </p>
          </div>
          <Button
            name="again"
            label={trans.__('Look again')}
            disabled={props.looking}
            onClick={() => deeds.again()}
          />
          {report && report.checks.length > 0 && (
            <Copy
              name="copy-report"
              text={asText(report, trans)}
              label={trans.__('Copy report')}
              trans={trans}
              deeds={deeds}
            />
          )}
        </header>
        {error && (
          <div className="smo-Notice" role="alert" data-smo-room-state="offline">
            <Icon name="failed" tone="bad" />
            <div className="smo-Notice-text">
              {error.message} <span className="smo-secondary">{error.hint}</span>
            </div>
          </div>
        )}
        {report && report.checks.length > 0 ? (
          <Checks {...props} report={report} />
        ) : (
          !error && <Skeleton trans={trans} />
        )}
      </div>
      <Facts {...props} />
    </div>
  );
}

function Checks(props: IDoctorProps & { report: Report }): React.ReactElement {
  const { report, trans } = props;
  const [all, setAll] = React.useState(false);
  const { broken, unknown, working, notHere } = groups(report.checks);
  const role = fact(report, 'Role');
  const more = working.length - SOME;
  const shown = all || more <= 1 ? working : working.slice(0, SOME);
  const line = (check: Check, open: boolean) => (
    <Line key={check.id} {...props} check={check} role={role} open={open} />
  );
  const firstDenied = broken.find(check => check.problem?.statement);
  return (
    <>
      <Group title={trans.__('Does not work')} checks={broken}>
        {broken.map(check => line(check, check === firstDenied))}
      </Group>
      <Group title={trans.__('Not known')} checks={unknown}>
        {unknown.map(check => line(check, false))}
      </Group>
      <Group title={trans.__('Works')} checks={working}>
        {shown.map(check => line(check, false))}
        {shown.length < working.length && (
          <div className="smo-Doctor-more">
            <Button
              name="more-works"
              look="link"
              label={trans.__('%1 more that work', more)}
              onClick={() => setAll(true)}
            />
          </div>
        )}
      </Group>
      <Group title={trans.__('Not in this place')} checks={notHere}>
        {notHere.map(check => line(check, false))}
      </Group>
    </>
  );
}

function Group(props: {
  title: string;
  checks: readonly Check[];
  children: React.ReactNode;
}): React.ReactElement | null {
  const id = React.useId();
  if (props.checks.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="smo-Doctor-group">
        {props.title} <span className="smo-Doctor-count">{props.checks.length}</span>
      </h2>
      {props.children}
    </section>
  );
}

function Line(
  props: IDoctorProps & { check: Check; role: string; open: boolean }
): React.ReactElement {
  const { check, role, trans, deeds } = props;
  const look = LOOKS[check.state];
  const { problem } = check;
  const [open, setOpen] = React.useState(props.open);
  const text = check.state === 'not_here' ? '' : forAdmin(check, role, trans);
  const statement = problem?.statement ?? '';
  const found = foundWords(check, trans);
  return (
    <div
      className="smo-Finding"
      data-smo-check={check.id}
      data-smo-state={check.state}
      data-smo-code={problem?.code}
    >
      <Icon name={look.icon} tone={look.tone} />
      <h3 className="smo-Finding-title">
        {check.title}
        <span className="smo-only-heard">: {stateWord(check.state, trans)}</span>
      </h3>
      <div className="smo-Finding-says" title={found}>
        {check.message}{' '}
        {problem?.hint && check.state !== 'not_here' && !statement && (
          <span className="smo-secondary">{problem.hint}</span>
        )}
        {problem?.endpoint && (
          <div>
            {trans.__('Missing endpoint:')} <code>{problem.endpoint}</code>
          </div>
        )}
      </div>
      <div className="smo-Finding-deeds">
        {statement && !open && (
          <Button
            name="show-statement"
            look="link"
            label={trans.__('Show')}
            hint={trans.__('Show the statement for %1', check.title)}
            onClick={() => setOpen(true)}
          />
        )}
        {text && !(statement && open) && (
          <Copy
            name={statement ? 'copy-statement' : 'copy-for-admin'}
            text={text}
            label={statement ? trans.__('Copy statement') : trans.__('Copy for admin')}
            trans={trans}
            deeds={deeds}
          />
        )}
      </div>
      {statement && open && (
        <div className="smo-Statement">
          <div className="smo-Statement-head">
            <span>{sendWords(role, trans)}</span>
            <Copy
              name="copy-statement"
              text={text}
              label={trans.__('Copy statement')}
              trans={trans}
              deeds={deeds}
              main
            />
          </div>
          <pre tabIndex={0} aria-label={trans.__('Statement for %1', check.title)}>
            {statement}
          </pre>
        </div>
      )}
    </div>
  );
}

function Facts(props: IDoctorProps): React.ReactElement {
  const { report, trans, deeds } = props;
  return (
    <aside className="smo-Doctor-side" aria-label={trans.__('Where you are')}>
      {report && report.facts.length > 0 && (
        <>
          <h2>{trans.__('Where you are')}</h2>
          <dl>
            {report.facts.map(([label, value]) => (
              <React.Fragment key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </React.Fragment>
            ))}
          </dl>
        </>
      )}
      {report?.how && (
        <>
          <h2>{trans.__('How it was found')}</h2>
          <p className="smo-secondary">{report.how}</p>
        </>
      )}
      <h2>{trans.__('In a terminal')}</h2>
      <div className="smo-Doctor-command">
        <code>{COMMAND}</code>
        <Button
          name="copy-command"
          icon="copy"
          label={trans.__('Copy the command')}
          onClick={() => deeds.copy(COMMAND)}
        />
      </div>
      <p className="smo-secondary smo-Doctor-note">
        {trans.__('The same list; ends with status 1 while something does not work.')}
      </p>
    </aside>
  );
}

function Skeleton(props: { trans: TranslationBundle }): React.ReactElement {
  return (
    <div
      data-smo-room-state="loading"
      role="status"
      aria-busy="true"
      aria-label={props.trans.__('Looking what works here…')}
    >
      {['38%', '52%', '44%', '61%', '40%', '55%'].map(width => (
        <div key={width} className="smo-Finding" aria-hidden="true">
          <span className="smo-Skeleton-icon" />
          <span className="smo-Skeleton-line" style={{ width: '62%' }} />
          <span className="smo-Skeleton-line" style={{ width }} />
        </div>
      ))}
    </div>
  );
}
