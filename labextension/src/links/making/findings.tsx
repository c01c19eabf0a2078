/** What looks like a secret, before it leaves; the safe answer has the focus. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { SecretFound } from '../../api/types';
import { Button } from '../../shell/controls';

export function Findings(props: {
  findings: readonly SecretFound[];
  title: string;
  keep: string;
  go: string;
  onKeep(): void;
  onGo(): void;
  trans: TranslationBundle;
}): React.ReactElement {
  const { findings, trans } = props;
  const safe = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => safe.current?.focus(), []);
  return (
    <div className="smo-Link-part" role="alert" data-smo-findings={findings.length}>
      <p>{props.title}</p>
      <ul className="smo-Link-findings" tabIndex={0} aria-label={trans.__('Found')}>
        {findings.map((one, index) => (
          <li key={index} data-smo-finding={one.what}>
            <strong>{one.what}</strong> <code>{one.shown}</code>
            <span className="smo-secondary">{one.where || one.path}</span>
          </li>
        ))}
      </ul>
      <p className="smo-secondary">
        {trans.__('A secret that others have seen has to be replaced by a new one.')}
      </p>
      <div className="smo-Link-deeds">
        <Button name="go" look="danger" label={props.go} onClick={props.onGo} />
        <Button ref={safe} name="keep" label={props.keep} onClick={props.onKeep} />
      </div>
    </div>
  );
}
