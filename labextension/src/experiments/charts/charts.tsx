/** The charts page: the same runs as in the table, drawn. */

import * as React from 'react';

import { CurvesPart } from './curves-part';
import type { IChartsProps } from './page-props';

export function Charts(props: IChartsProps): React.ReactElement {
  return (
    <div className="smo-Charts" data-smo-mode="charts">
      <CurvesPart {...props} />
    </div>
  );
}
