/** The commands of links, and how to tell who asks for one. */

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

export const COMMANDS = {
  copy: 'sm-onboard:copy-link',
  copyCell: 'sm-onboard:copy-link-to-cell',
  copyHeading: 'sm-onboard:copy-link-to-heading',
  copyFile: 'sm-onboard:copy-link-to-file',
  copyRun: 'sm-onboard:copy-link-to-run',
  made: 'sm-onboard:my-links',
  open: 'sm-onboard:open-shared-link',
  route: 'sm-onboard:route-shared-link'
};

/**
 * Arguments of a menu's item that the person chose. Text in a notebook can have a click run a
 * command with arguments of its own, as JSON; it can never give this very object.
 */
export const BY_PERSON = { by: Object.freeze({}) };

/** Whether it may do at once what sends something. */
export function isByPerson(args: ReadonlyPartialJSONObject): boolean {
  return args.by === BY_PERSON.by;
}
