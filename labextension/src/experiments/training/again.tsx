/** The second step of starting a job again, in place: what differs, what is asked, what it costs. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { JobPlan } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { LOOKS, stateWord } from '../reproduce/words';
import { Trouble } from '../run/told';
import type { IJobPartProps } from './job-part';
import type { IAgain } from './model';
import { partWords, startWords, toldWords } from './words';

export function Again(props: IJobPartProps & { again: IAgain }): React.ReactElement {
  const { again, trans, deeds } = props;
  const { state, plan, started, problem } = again;
  const isStarting = state === 'starting';
  const isShown = plan !== null && (state === 'planned' || isStarting);
  const box = React.useRef<HTMLDivElement>(null);
  const cancel = React.useRef<HTMLButtonElement>(null);
  const entered = React.useRef(false);
  React.useEffect(() => {
    // Once, and where the button that had the focus is gone; never away from somewhere else.
    const lost =
      document.activeElement === null || document.activeElement === document.body;
    if (!entered.current || lost) {
      entered.current = true;
      (cancel.current ?? box.current)?.focus(); // Cancel is the one that costs nothing
    }
  }, [state]);
  return (
    <div
      ref={box}
      className="smo-Job-again"
      role="group"
      tabIndex={-1}
      aria-label={trans.__('Start again')}
      data-smo-again={state}
      aria-busy={state === 'looking' || isStarting}
      onKeyDown={event => {
        if (event.key === 'Escape' && !isStarting && state !== 'started') {
          event.stopPropagation();
          deeds.forget();
        }
      }}
    >
      <p role="status">{toldWords(again, trans)}</p>
      {problem && (
        <Trouble
          trouble={problem}
          trans={trans}
          onAgain={deeds.plan}
          onCopy={deeds.copy}
        />
      )}
      {isShown && <Plan plan={plan} trans={trans} copy={deeds.copy} />}
      {state === 'started' && started && started.arn !== '' && (
        <Button
          name="copy-arn"
          look="link"
          label={trans.__('Copy its ARN')}
          onClick={() => deeds.copy(started.arn)}
        />
      )}
      {state !== 'started' && (
        <div className="smo-Job-deeds">
          <Button
            ref={cancel}
            name="job-cancel"
            label={trans.__('Cancel')}
            disabled={isStarting}
            onClick={deeds.forget}
          />
          {isShown && (
            <Button
              name="job-start"
              look="accent"
              label={isStarting ? trans.__('Starting…') : startWords(plan, trans)}
              disabled={isStarting}
              onClick={deeds.start}
            />
          )}
        </div>
      )}
    </div>
  );
}

function Plan(props: {
  plan: JobPlan;
  trans: TranslationBundle;
  copy(text: string): void;
}): React.ReactElement {
  const { plan, trans } = props;
  return (
    <>
      <ul className="smo-Job-parts">
        {plan.parts.map(({ part, state, text, problem }) => (
          <li key={part} data-smo-part={part} data-smo-state={state}>
            <Icon name={LOOKS[state].icon} tone={LOOKS[state].tone} />
            <span className="smo-Job-told">
              <strong>{partWords(part, trans)}</strong>
              <span className="smo-secondary">
                {part === 'price' && state === 'ok'
                  ? trans.__('known')
                  : stateWord(state, trans)}
              </span>
            </span>
            <span className="smo-Job-told">
              {text}
              {problem && (
                <span className="smo-secondary">
                  {problem.message}{' '}
                  {problem.statement !== '' && (
                    <Button
                      name="copy-statement"
                      look="link"
                      label={trans.__('Copy statement')}
                      hint={trans.__('Copy statement: %1', problem.action)}
                      onClick={() => props.copy(problem.statement)}
                    />
                  )}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      <details className="smo-Run-more">
        <summary>{trans.__('Show the whole request')}</summary>
        <pre
          className="smo-Job-text"
          tabIndex={0}
          role="region"
          aria-label={trans.__('The request')}
        >
          {plan.request}
        </pre>
        {plan.request_cut && (
          <p className="smo-secondary">
            {trans.__('Long values are cut here; the job gets them whole.')}
          </p>
        )}
      </details>
    </>
  );
}
