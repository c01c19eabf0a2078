/** What the parts of the charts page are given. */

import type { IExperimentsPageProps } from '../props';

export interface IChartsProps extends IExperimentsPageProps {
  /** Rows that search, filter and facets leave, in the order of the table. */
  readonly rows: Int32Array;
}
