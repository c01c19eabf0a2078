/** The charts page: the same runs as in the table, drawn. */

import * as React from 'react';

import { Bars } from './bars';
import { CurvesPart } from './curves-part';
import type { IChartsProps } from './page-props';
import { Parallel } from './parallel';
import { Scatter } from './scatter';

export function Charts(props: IChartsProps): React.ReactElement {
  return (
    <div className="smo-Charts" data-smo-mode="charts">
      <CurvesPart {...props} />
      <Parallel {...props} />
      <div className="smo-Charts-two">
        <Scatter {...props} />
        <Bars {...props} />
      </div>
    </div>
  );
}
