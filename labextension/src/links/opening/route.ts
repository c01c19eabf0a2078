/** A link that JupyterLab was opened with. */

import type { IRouter } from '@jupyterlab/application';

import { withoutSharedLink } from '../address';
import type { ILinksRoom } from '../room';
import { showPreview } from './widget';

/** Takes the link out of the address, so that a reload shows what one works on, and shows it. */
export function showAddress(
  room: ILinksRoom,
  router: IRouter,
  { path, search, hash, request }: IRouter.ILocation
): void {
  const rest = path + withoutSharedLink(search ?? '', hash);
  router.navigate(rest, { skipRouting: true });
  showPreview(room, request);
}
