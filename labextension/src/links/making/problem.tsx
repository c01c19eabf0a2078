/** Why something did not work, and what to ask for from whom. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';

export interface IProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly statement?: string;
}

export function Problem(props: {
  problem: IProblem;
  trans: TranslationBundle;
  onCopy?(text: string): Promise<boolean>;
}): React.ReactElement {
  const { problem, trans, onCopy } = props;
  const { statement = '' } = problem;
  return (
    <div className="smo-Link-problem" role="alert" data-smo-code={problem.code}>
      <Icon name="inTheWay" tone="warn" />
      <span>
        {problem.message} <span className="smo-secondary">{problem.hint}</span>
      </span>
      {statement !== '' && onCopy && (
        <CopyButton
          name="copy-statement"
          label={trans.__('Copy statement')}
          text={statement}
          trans={trans}
          onCopy={onCopy}
        />
      )}
    </div>
  );
}

/** Copies a text and says so; where it could not, the text is there to be copied by hand. */
export function CopyButton(props: {
  name: string;
  label: string;
  text: string;
  look?: 'plain' | 'link';
  trans: TranslationBundle;
  onCopy(text: string): Promise<boolean>;
}): React.ReactElement {
  const { name, label, text, trans, onCopy } = props;
  const [copied, setCopied] = React.useState<boolean | null>(null);
  return (
    <>
      <Button
        name={name}
        look={props.look}
        label={copied === true ? trans.__('Copied') : label}
        hint={`${label}: ${text}`}
        onClick={() => void onCopy(text).then(setCopied)}
      />
      {copied === false && (
        <input
          className="smo-Field"
          readOnly
          value={text}
          aria-label={label}
          onFocus={event => event.currentTarget.select()}
        />
      )}
    </>
  );
}
