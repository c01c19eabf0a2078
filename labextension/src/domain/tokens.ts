/** What other parts of sm_onboard get from the domain room. */

import { Token } from '@lumino/coreutils';

import type { DomainModel } from './model';

/** The room's state and calls; look with a view of your own. */
export type IDomainModel = DomainModel;

export const IDomainModel = new Token<IDomainModel>(
  'sm-onboard:IDomainModel',
  'The state of the SageMaker domain, shared by its page and the side panel.'
);
