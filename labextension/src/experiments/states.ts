/** How a run's state looks: an icon and its tone. */

import type { IconName } from '../shell/shapes';

export const STATES: Readonly<Record<string, readonly [IconName, string]>> = {
  running: ['working', 'accent'],
  scheduled: ['waiting', 'quiet'],
  finished: ['done', 'ok'],
  failed: ['failed', 'bad'],
  stopped: ['stopped', 'quiet']
};
