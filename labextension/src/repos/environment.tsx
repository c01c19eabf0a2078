/** A line below a repository whose packages are missing. */

import * as React from 'react';

import type { Environment } from '../api/types';
import { Bar, Button } from '../shell/controls';
import type { IRowProps } from './row';

export function EnvironmentLine(
  props: IRowProps & { environment: Environment }
): React.ReactElement | null {
  const { environment, row, trans, deeds } = props;
  const tabIndex = props.current ? 0 : -1;
  const { file, missing } = environment;
  if (environment.state === 'unknown' || environment.state === 'complete') {
    return null;
  }
  const installing = environment.state === 'installing';
  const said = {
    missing: trans._n(
      '%1 package of %2 is missing',
      '%1 packages of %2 are missing',
      missing.length,
      file
    ),
    installing: trans.__('Installing what %1 names…', file),
    failed: environment.message || trans.__('%1 could not be installed.', file)
  }[environment.state];
  return (
    <div
      role="gridcell"
      className="smo-Row-environment"
      data-smo-environment={environment.state}
    >
      <span className="smo-Row-environmentText" title={missing.join(', ') || undefined}>
        {said}
      </span>
      {row.has_log && environment.state !== 'missing' && (
        <Button
          name="install-log"
          look="link"
          label={trans.__('Show log')}
          tabIndex={tabIndex}
          onClick={() => deeds.showLog(row.id)}
        />
      )}
      {!installing && (
        <Button
          name="install"
          icon={props.narrow ? 'update' : undefined}
          label={environment.state === 'failed' ? trans.__('Retry') : trans.__('Install')}
          disabled={props.busy}
          tabIndex={tabIndex}
          onClick={() => deeds.install(row.id)}
        />
      )}
      {installing && <Bar percent={null} label={`${row.name}: ${said}`} />}
    </div>
  );
}
