/** What the dialog shows between its title and its buttons. All that a run says is text. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ReproducePlan, Reproduction } from '../../api/types';
import { Bar } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count } from '../format';
import {
  environmentWords,
  LOOKS,
  makesWords,
  partWord,
  sinceWords,
  stateWord
} from './words';

export interface IReproduceProps {
  shown: Reproduction | null;
  /** Why the server was not asked, or did not answer. */
  refusal: { readonly message: string; readonly hint: string } | null;
  /** It takes long enough to say what is waited for. */
  late: boolean;
  trans: TranslationBundle;
}

const PARTS = ['code', 'environment', 'data', 'instance'] as const;

export function ReproduceBody(props: IReproduceProps): React.ReactElement {
  const { shown, refusal, late, trans } = props;
  const plan = shown?.plan ?? null;
  const problem = refusal ?? shown?.problem ?? givenUp(shown, trans);
  const isMaking = shown?.state === 'making';
  const isLooking = plan === null && problem === null;
  const doing = shown?.doing || trans.__('Waiting for the Jupyter server.');
  return (
    <div
      className="smo-Reproduce"
      data-smo-reproduce={problem && !plan ? 'failed' : (shown?.state ?? 'looking')}
      aria-busy={isLooking || isMaking}
    >
      <p className="smo-Reproduce-since smo-secondary">{sinceWords(plan, trans)}</p>
      <ul className="smo-Reproduce-parts">
        {PARTS.map(name => {
          const part = plan?.parts.find(one => one.part === name);
          const look = part && LOOKS[part.state];
          const note =
            plan && name === 'environment' ? environmentWords(plan, trans) : '';
          return (
            <li key={name} data-smo-part={name} data-smo-state={part?.state}>
              {look ? (
                <Icon name={look.icon} tone={look.tone} />
              ) : (
                <Icon name="waiting" />
              )}
              <span className="smo-Reproduce-part">
                <strong>{partWord(name, trans)}</strong>
                <span className="smo-secondary">
                  {part && stateWord(part.state, trans)}
                </span>
              </span>
              {part ? (
                <span className="smo-Reproduce-told">
                  {part.text}
                  {part.detail && <span className="smo-secondary">{part.detail}</span>}
                  {note && <span className="smo-secondary">{note}</span>}
                </span>
              ) : (
                <span className="smo-Reproduce-told smo-mod-unknown" />
              )}
            </li>
          );
        })}
      </ul>
      {problem && (
        <p
          className="smo-Reproduce-problem"
          role="alert"
          data-smo-code={shown?.problem?.code}
        >
          <Icon name="inTheWay" tone="warn" />
          <span>
            {problem.message} <span className="smo-secondary">{problem.hint}</span>
          </span>
        </p>
      )}
      <div className="smo-Reproduce-end">
        {plan && shown?.state === 'planned' && !refusal && (
          <Makes plan={plan} trans={trans} />
        )}
        {isMaking && (
          <>
            <Bar percent={shown.percent ?? null} label={trans.__('Making it')} />
            <p>{shown.doing || trans.__('Begins.')}</p>
          </>
        )}
        {isLooking && late && <p role="status">{doing}</p>}
      </div>
      {plan && hasMore(plan) ? (
        <Exactly plan={plan} trans={trans} />
      ) : (
        <div className="smo-Reproduce-exactly" />
      )}
      <span className="smo-only-heard" role="status">
        {isMaking
          ? trans.__('Making %1.', shown.plan?.folder ?? '')
          : plan && !problem
            ? trans.__('Looked at.')
            : ''}
      </span>
    </div>
  );
}

/** The server gives up plans that nobody confirms, to make room for others. */
function givenUp(
  shown: Reproduction | null,
  trans: TranslationBundle
): IReproduceProps['refusal'] {
  return shown?.state === 'cancelled'
    ? { message: trans.__('This was given up, and nothing was made.'), hint: '' }
    : null;
}

function Makes(props: {
  plan: ReproducePlan;
  trans: TranslationBundle;
}): React.ReactElement {
  const { plan, trans } = props;
  if (!plan.possible) {
    return (
      <p role="alert">
        {trans.__(
          'So there is no code to bring back, and nothing was made. Ask whoever made the run for its files.'
        )}
      </p>
    );
  }
  return (
    <p className="smo-secondary">
      {trans.__('Makes')} <code title={plan.place}>{plan.folder}/</code>{' '}
      {makesWords(plan, trans)}
    </p>
  );
}

function hasMore(plan: ReproducePlan): boolean {
  return (
    plan.possible || plan.files.length + plan.left_out.length + plan.packages.length > 0
  );
}

function Exactly(props: {
  plan: ReproducePlan;
  trans: TranslationBundle;
}): React.ReactElement {
  const { plan, trans } = props;
  return (
    <details className="smo-Reproduce-exactly">
      <summary>{trans.__('Show the exact files and packages')}</summary>
      <div className="smo-Reproduce-lists" tabIndex={0}>
        <dl>
          {plan.head !== '' && (
            <>
              <dt>{trans.__('Commit')}</dt>
              <dd>
                <code>{plan.head}</code>
              </dd>
            </>
          )}
          {plan.url !== '' && (
            <>
              <dt>{trans.__('Repository')}</dt>
              <dd>{plan.url}</dd>
            </>
          )}
          {plan.possible && (
            <>
              <dt>{trans.__('Folder')}</dt>
              <dd>{plan.place}</dd>
            </>
          )}
          {plan.python !== '' && (
            <>
              <dt>{trans.__('Python then')}</dt>
              <dd>{plan.python}</dd>
            </>
          )}
        </dl>
        <List
          title={trans.__('Files that differ from the commit')}
          lines={plan.files}
          all={plan.all_files}
          trans={trans}
        />
        <List
          title={trans.__('Not kept with the run')}
          lines={plan.left_out}
          all={plan.all_left_out}
          trans={trans}
        />
        <List
          title={trans.__('Packages that differ')}
          lines={plan.packages.map(({ name, then, now }) =>
            now === ''
              ? trans.__('%1: then %2, not here', name, then)
              : trans.__('%1: then %2, here %3', name, then, now)
          )}
          all={plan.all_packages}
          trans={trans}
        />
        {plan.possible && plan.install !== '' && (
          <>
            <h4>
              {trans.__('To install them as they were, in a terminal, once it is made')}
            </h4>
            <code>{plan.install}</code>
          </>
        )}
      </div>
    </details>
  );
}

function List(props: {
  title: string;
  lines: readonly string[];
  all: number;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const { title, lines, all, trans } = props;
  if (lines.length === 0) {
    return null;
  }
  return (
    <>
      <h4>
        {title} <span className="smo-secondary">{count(all)}</span>
      </h4>
      <ul>
        {lines.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
        {all > lines.length && (
          <li className="smo-secondary">
            {trans.__('and %1 more', count(all - lines.length))}
          </li>
        )}
      </ul>
    </>
  );
}
