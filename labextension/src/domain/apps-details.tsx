/** What stands below a row: why it failed, and why it was not stopped. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Running } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IDomainDeeds, IDomainPageProps } from './props';
import { failureWords, refusalWords } from './words';

/** What AWS said when it failed: text from outside, as it is. */
export function Why(props: {
  row: Running;
  trans: TranslationBundle;
  deeds: IDomainDeeds;
}): React.ReactElement {
  const { row, trans, deeds } = props;
  return (
    <div className="smo-Why" data-smo-why={row.id}>
      <Icon name="failed" tone="bad" />
      <p>{failureWords(row, trans)}</p>
      {row.failure && (
        <Button
          name="copy"
          label={trans.__('Copy')}
          onClick={() => deeds.copy(row.failure)}
        />
      )}
    </div>
  );
}

/** Why AWS or the server did not do what was asked. */
export function Refused(
  props: IDomainPageProps & { row: Running }
): React.ReactElement | null {
  const { row, trans, deeds, refusals } = props;
  const refusal = refusals.get(row.id);
  if (!refusal) {
    return null;
  }
  const { statement } = refusal;
  return (
    <div className="smo-Why" data-smo-refusal={row.id} role="alert">
      <Icon name={refusal.code === 'aws.forbidden' ? 'denied' : 'failed'} tone="bad" />
      <p>
        {trans.__('%1 was not stopped.', row.name)} {refusalWords(refusal)}
      </p>
      {statement && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => deeds.copy(statement)}
        />
      )}
    </div>
  );
}
