/** What a part says when it is not simply there: it waits, is denied, is out of reach. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { DomainProblem, Part } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IDomainDeeds } from './props';
import { slowWords, troubleWords, waitWords } from './words';

interface IWords {
  trans: TranslationBundle;
  deeds: IDomainDeeds;
}

/** How long AWS may be silent, in seconds, before it is said who has not answered. */
const SILENCE = 3;

/** The icon of a problem: a permission has a shape of its own. */
export function problemIcon(problem: DomainProblem | null): React.ReactElement {
  const denied = problem?.code === 'aws.forbidden';
  return <Icon name={denied ? 'denied' : 'inTheWay'} tone={denied ? 'plain' : 'warn'} />;
}

/**
 * Why a part is not there, and what to do about it.
 *
 * @param whole - nothing else is shown in its place
 */
export function Trouble(
  props: IWords & { part: Part; whole: boolean }
): React.ReactElement | null {
  const { part, trans, deeds, whole } = props;
  const { problem } = part;
  if (!problem || part.state === 'loading') {
    return null;
  }
  const where = problem.resource && problem.resource !== '*' ? problem.resource : '';
  return (
    <div
      className={whole ? 'smo-Trouble smo-mod-whole' : 'smo-Trouble'}
      data-smo-trouble={part.name}
      data-smo-code={problem.code}
      role="alert"
    >
      {problemIcon(problem)}
      <div className="smo-Trouble-text">
        <strong>{troubleWords(part, trans)}</strong>
        {problem.action ? (
          <p>
            {trans.__('The role is missing')} <code>{problem.action}</code>
            {where && (
              <>
                {' '}
                {trans.__('on')} <code>{where}</code>
              </>
            )}
            {'. '}
            {problem.hint}
          </p>
        ) : (
          <p>
            {problem.message} {problem.hint}
          </p>
        )}
        {problem.endpoint && (
          <p>
            {trans.__('Missing endpoint:')} <code>{problem.endpoint}</code>
          </p>
        )}
      </div>
      <div className="smo-Trouble-deeds">
        {problem.statement && (
          <CopyStatement statement={problem.statement} trans={trans} deeds={deeds} main />
        )}
        {deeds.doctor && (
          <Button
            name="doctor"
            label={trans.__('Doctor')}
            onClick={() => deeds.doctor?.()}
          />
        )}
        {part.state !== 'not_here' && (
          <Button
            name="again"
            label={trans.__('Look again')}
            onClick={() => deeds.refresh()}
          />
        )}
      </div>
    </div>
  );
}

/** Copies the statement, and says that it did. */
export function CopyStatement(
  props: IWords & { statement: string; main?: boolean }
): React.ReactElement {
  const { trans, statement } = props;
  const [copied, setCopied] = React.useState(false);
  return (
    <>
      <Button
        name="copy-statement"
        look={props.main ? 'accent' : 'link'}
        label={copied ? trans.__('Copied') : trans.__('Copy statement')}
        onClick={() => {
          props.deeds.copy(statement);
          setCopied(true);
        }}
      />
      <span className="smo-only-heard" role="status">
        {copied ? trans.__('The statement was copied.') : ''}
      </span>
    </>
  );
}

/** A line that says who has not answered, once that is worth saying. */
export function Waiting(props: {
  parts: readonly Part[];
  trans: TranslationBundle;
}): React.ReactElement {
  const { parts, trans } = props;
  const loading = parts.filter(part => part.state === 'loading');
  const now = useClock(loading.length > 0);
  const said = loading.flatMap(part => {
    const own = waitWords(part, trans);
    const seconds = part.since ? (now - Date.parse(part.since)) / 1000 : 0;
    return own ? [own] : seconds >= SILENCE ? [slowWords(part, seconds, trans)] : [];
  });
  return (
    <p
      className="smo-Waiting"
      role="status"
      title={said[0]}
      data-smo-waiting={said.length || undefined}
    >
      {said[0] && <Icon name="waiting" />}
      {said[0] ?? ''}
    </p>
  );
}

/** Milliseconds since 1970, once a second while it matters. */
function useClock(runs: boolean): number {
  const [now, setNow] = React.useState(Date.now);
  React.useEffect(() => {
    if (!runs) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}

/** Rows of the final height, before the first of them came. */
export function Skeleton(props: { label: string; rows?: number }): React.ReactElement {
  return (
    <div
      className="smo-Grid-skeleton"
      data-smo-room-state="loading"
      role="status"
      aria-busy="true"
      aria-label={props.label}
    >
      {Array.from({ length: props.rows ?? 8 }, (_, index) => (
        <div key={index} className="smo-Grid-skeletonRow" aria-hidden="true">
          {[22, 14, 12, 18].map((width, at) => (
            <span
              key={at}
              className="smo-Skeleton-line"
              style={{ width: `${width - ((index * 3 + at) % 5)}%` }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
