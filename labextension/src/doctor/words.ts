/** Every sentence of the doctor's page and of the panel's footer. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Check, DomainState, Report } from '../api/types';
import { clock } from '../domain/format';
import { lateWords, SLOW } from '../domain/panelwords';
import type { IconName } from '../shell/shapes';

export type CheckState = Check['state'];

/** How a state is drawn; the word stands beside it. */
export const LOOKS: Record<CheckState, { icon: IconName; tone: string }> = {
  works: { icon: 'done', tone: 'ok' },
  limited: { icon: 'inTheWay', tone: 'warn' },
  fails: { icon: 'failed', tone: 'bad' },
  denied: { icon: 'denied', tone: 'plain' },
  not_here: { icon: 'skipped', tone: 'quiet' },
  unknown: { icon: 'waiting', tone: 'quiet' }
};

export function stateWord(state: CheckState, trans: TranslationBundle): string {
  switch (state) {
    case 'works':
      return trans.__('Works');
    case 'limited':
      return trans.__('Works in part');
    case 'fails':
      return trans.__('Fails');
    case 'denied':
      return trans.__('Not allowed');
    case 'not_here':
      return trans.__('Not in this place');
    case 'unknown':
      return trans.__('Not known');
  }
}

/** What fails first, as the page lists it. */
export interface IGroups {
  readonly broken: readonly Check[];
  readonly unknown: readonly Check[];
  readonly working: readonly Check[];
  readonly notHere: readonly Check[];
}

const ORDER: readonly CheckState[] = ['denied', 'fails', 'limited'];

export function groups(checks: readonly Check[]): IGroups {
  const of = (...states: CheckState[]) =>
    checks.filter(check => states.includes(check.state));
  return {
    broken: of(...ORDER).sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)),
    unknown: of('unknown'),
    working: of('works'),
    notHere: of('not_here')
  };
}

/** "14 of 18 things work here" */
export function headline(report: Report, trans: TranslationBundle): string {
  const counted = report.checks.filter(check => check.state !== 'not_here').length;
  if (counted === 0) {
    return report.state === 'looking'
      ? trans.__('Looking what works here…')
      : trans.__('Nobody has looked yet');
  }
  return report.works === counted
    ? trans.__('Everything works here')
    : trans.__('%1 of %2 things work here', report.works, counted);
}

/** When and how; under the headline. */
export function lookedWords(report: Report, trans: TranslationBundle): string {
  if (report.state === 'looking') {
    return trans.__('Looking; it takes a few seconds. Nothing is changed.');
  }
  if (report.at === null) {
    return '';
  }
  return report.seconds === null
    ? trans.__(
        'Looked at %1. Nothing was changed and nothing was started.',
        clock(report.at)
      )
    : trans.__(
        'Looked at %1, in %2 s. Nothing was changed and nothing was started.',
        clock(report.at),
        report.seconds.toLocaleString(undefined, { maximumFractionDigits: 1 })
      );
}

/** How one line was found out. */
export function foundWords(check: Check, trans: TranslationBundle): string {
  switch (check.found_by) {
    case 'simulated':
      return trans.__('IAM was asked');
    case 'tried':
      return trans.__('it was tried');
    case 'looked':
      return trans.__('it was looked at');
    case '':
      return '';
  }
}

/** What to send to whoever can put a line right; empty where nobody has to. */
export function forAdmin(check: Check, role: string, trans: TranslationBundle): string {
  const { problem } = check;
  if (!problem) {
    return '';
  }
  if (problem.statement) {
    return problem.statement;
  }
  if (!problem.endpoint && !problem.action) {
    return '';
  }
  return [
    `${check.title}: ${check.message}`,
    problem.hint,
    problem.endpoint && trans.__('Missing VPC endpoint: %1', problem.endpoint),
    problem.action && trans.__('Action: %1', problem.action),
    problem.resource && trans.__('Resource: %1', problem.resource),
    role && trans.__('Role: %1', role)
  ]
    .filter(Boolean)
    .join('\n');
}

/** To whom the statement goes. */
export function sendWords(role: string, trans: TranslationBundle): string {
  return role
    ? trans.__('Send this to whoever looks after the role %1', role)
    : trans.__('Send this to whoever looks after your role');
}

/** A fact by its name, such as "Role". */
export function fact(report: Report, name: string): string {
  return report.facts.find(([label]) => label === name)?.[1] ?? '';
}

/** The report as text, for a message to somebody who helps. */
export function asText(report: Report, trans: TranslationBundle): string {
  const lines = [headline(report, trans), lookedWords(report, trans), ''];
  const { broken, unknown, working, notHere } = groups(report.checks);
  for (const check of [...broken, ...unknown, ...working, ...notHere]) {
    lines.push(`[${stateWord(check.state, trans)}] ${check.title}: ${check.message}`);
    const { problem } = check;
    if (problem && check.state !== 'not_here') {
      lines.push(
        ...[problem.message === check.message ? '' : problem.message, problem.hint]
          .concat(problem.statement.split('\n'))
          .filter(Boolean)
          .map(line => `    ${line}`)
      );
    }
  }
  if (report.facts.length > 0) {
    lines.push('', trans.__('Where you are'));
    lines.push(...report.facts.map(([label, value]) => `    ${label}: ${value}`));
  }
  if (report.how) {
    lines.push('', report.how);
  }
  return `${lines.join('\n')}\n`;
}

/** The footer: an icon and one line. */
export interface IFooterWords {
  readonly state: 'works' | 'trouble' | 'waiting' | 'unknown';
  readonly icon: IconName;
  readonly tone: string;
  readonly says: string;
}

/** From the doctor's report where there is one, else from what was met on the way. */
export function footerWords(
  report: Report | null,
  state: DomainState | null,
  trans: TranslationBundle
): IFooterWords {
  if (report?.state === 'looking') {
    const says = trans.__('The doctor is looking');
    return { state: 'waiting', icon: 'working', tone: 'accent', says };
  }
  if (report?.state === 'done') {
    return counted(groups(report.checks).broken.length, true, trans);
  }
  if (state === null) {
    const says = trans.__('What works here?');
    return { state: 'unknown', icon: 'skipped', tone: 'quiet', says };
  }
  const late = lateWords(state);
  if (late) {
    return { state: 'waiting', icon: 'working', tone: 'accent', says: late };
  }
  const problems = state.parts.flatMap(part =>
    part.problem && part.problem.code !== SLOW && part.state !== 'not_here'
      ? [part.problem]
      : []
  );
  if (
    state.here.kind === 'elsewhere' &&
    problems.some(one => one.code.startsWith(SIGN_IN))
  ) {
    const says = trans.__('AWS needs a sign-in');
    return { state: 'trouble', icon: 'inTheWay', tone: 'warn', says };
  }
  // One thing that is missing may trouble several parts.
  const things = new Set(problems.map(one => one.action || one.message));
  return counted(things.size, false, trans);
}

const SIGN_IN = 'aws.no_credentials';

function counted(
  broken: number,
  examined: boolean,
  trans: TranslationBundle
): IFooterWords {
  if (broken > 0) {
    const says = trans._n('%1 thing does not work', '%1 things do not work', broken);
    return { state: 'trouble', icon: 'inTheWay', tone: 'warn', says };
  }
  return examined
    ? {
        state: 'works',
        icon: 'done',
        tone: 'ok',
        says: trans.__('Everything here works')
      }
    : { state: 'unknown', icon: 'done', tone: 'ok', says: trans.__('No trouble seen') };
}
