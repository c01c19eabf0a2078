/** Why something of the panel is not there, in a few lines, and what to send to whom. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { DomainProblem } from '../api/types';
import { Button } from '../shell/controls';
import type { IPanelDeeds } from './room-props';

interface IProblemProps {
  problem: DomainProblem;
  trans: TranslationBundle;
  deeds: Pick<IPanelDeeds, 'copy' | 'doctor'>;
  /** There where looking again may help. */
  onAgain?(): void;
}

export function ProblemLines(props: IProblemProps): React.ReactElement {
  const { problem, trans, deeds } = props;
  return (
    <div className="smo-Problem" data-smo-code={problem.code}>
      {problem.action ? (
        <>
          <p>{trans.__('Your role is missing')}</p>
          <code className="smo-Problem-action">{problem.action}</code>
          {!problem.statement && <p>{problem.hint}</p>}
        </>
      ) : (
        <p>
          {problem.message} <span className="smo-secondary">{problem.hint}</span>
        </p>
      )}
      <div className="smo-Problem-deeds">
        {problem.statement && (
          <Copy
            name="copy-statement"
            text={problem.statement}
            label={trans.__('Copy statement')}
            trans={trans}
            deeds={deeds}
            main
          />
        )}
        <Button name="doctor" label={trans.__('Doctor')} onClick={() => deeds.doctor()} />
        {props.onAgain && (
          <Button
            name="again"
            label={trans.__('Look again')}
            onClick={() => props.onAgain?.()}
          />
        )}
      </div>
    </div>
  );
}

/** Copies a text, and says that it did. */
export function Copy(props: {
  name: string;
  text: string;
  label: string;
  trans: TranslationBundle;
  deeds: Pick<IPanelDeeds, 'copy'>;
  main?: boolean;
  link?: boolean;
}): React.ReactElement {
  const [copied, setCopied] = React.useState(false);
  const { trans } = props;
  return (
    <>
      <Button
        name={props.name}
        look={props.main ? 'accent' : props.link ? 'link' : 'plain'}
        label={copied ? trans.__('Copied') : props.label}
        onClick={() => {
          props.deeds.copy(props.text);
          setCopied(true);
        }}
      />
      <span className="smo-only-heard" role="status">
        {copied ? trans.__('Copied') : ''}
      </span>
    </>
  );
}
