/** What the parts of the preview's page share. */

import * as React from 'react';

import { Bar } from '../../shell/controls';
import { Problem } from '../making/problem';
import type { IPreviewProps } from './props';

export type PageState =
  'asks' | 'fetching' | 'ready' | 'opening' | 'opened' | 'failed' | 'cancelled';

/** What goes on, as a line and a bar. */
export function Doing(props: IPreviewProps & { label: string }): React.ReactElement {
  const { shown, late, refusal, label, trans } = props;
  return (
    <div className="smo-Shared-doing">
      <Bar percent={shown?.percent ?? null} label={label} />
      <p role="status">
        {refusal
          ? refusal.message
          : late
            ? shown?.doing || trans.__('Waiting for the Jupyter server.')
            : label}
      </p>
    </div>
  );
}

export function Trouble(props: IPreviewProps): React.ReactElement | null {
  const { shown, refusal, trans, deeds } = props;
  const problem = refusal ?? shown?.problem;
  return problem ? (
    <Problem problem={problem} trans={trans} onCopy={deeds.copyText} />
  ) : null;
}
