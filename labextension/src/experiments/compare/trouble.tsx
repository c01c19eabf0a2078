/** What happened, why, and the next step. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Refusal } from '../../domain/model';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';

export function Trouble(props: {
  trouble: Refusal;
  trans: TranslationBundle;
  onAgain(): void;
  onCopy?(text: string): void;
}): React.ReactElement {
  const { trouble, trans, onCopy } = props;
  const { statement = '' } = trouble;
  return (
    <div
      className="smo-Runs-notice"
      role="alert"
      data-smo-room-state="failed"
      data-smo-code={trouble.code}
    >
      <Icon name="inTheWay" tone="warn" />
      <span className="smo-Runs-why">
        {trouble.message} <span className="smo-secondary">{trouble.hint}</span>
      </span>
      {statement !== '' && onCopy && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => onCopy(statement)}
        />
      )}
      <Button name="again" label={trans.__('Retry')} onClick={props.onAgain} />
    </div>
  );
}
