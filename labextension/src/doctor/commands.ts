/** The doctor's commands. */

export const OPEN_DOCTOR = 'sm-onboard:open-doctor';

export const COMMANDS = {
  open: OPEN_DOCTOR,
  again: 'sm-onboard:doctor-again',
  copy: 'sm-onboard:doctor-copy',
  help: 'sm-onboard:help'
};
