/** Every sentence of the panel's header, its domain room and the status bar. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  DomainProblem,
  DomainState,
  Here,
  IdleSetting,
  Price,
  Running,
  Storage
} from '../api/types';
import { day, minutesWords, moment, rate, span } from './format';
import type { PartName } from './model';
import { appWords, bills, domainName, sourceWords } from './words';

/** Seconds without use up to which something counts as in use. */
const IN_USE = 300;

/** Share of a disk from which it is worth a warning. */
const FULL = 0.9;

export type CellId = 'price' | 'idle' | 'storage';

/** One of the three cells of the header. */
export interface ICell {
  readonly id: CellId;
  /** `loading`: nothing can be said yet; `trouble`: nothing will be, and `problem` says why. */
  readonly state: 'ready' | 'loading' | 'trouble';
  readonly head: string;
  readonly says: string;
  /** Both in one, where there is no room. */
  readonly short: string;
  readonly warn: boolean;
  /** How full; null: no bar. */
  readonly percent: number | null;
  readonly problem: DomainProblem | null;
}

const QUIET = { state: 'ready', warn: false, percent: null, problem: null } as const;

export function cells(state: DomainState, trans: TranslationBundle): readonly ICell[] {
  return [priceCell(state, trans), idleCell(state, trans), storageCell(state, trans)];
}

function priceCell(state: DomainState, trans: TranslationBundle): ICell {
  const { here } = state;
  const cell = { ...QUIET, id: 'price' } as const;
  if (here.price) {
    const head = rate(here.price.amount, trans);
    return { ...cell, head, says: here.instance ?? '', short: head };
  }
  const parts: PartName[] = here.instance === null ? ['apps', 'here'] : ['prices'];
  if (waits(state, parts)) {
    return loading('price', trans.__('Price per hour'));
  }
  const problem = problemOf(state, parts);
  return {
    ...cell,
    state: problem || here.instance === null ? 'trouble' : 'ready',
    head: here.instance === null ? trans.__('no price') : trans.__('unknown'),
    says: here.instance ?? deniedOr(problem, trans.__('per hour'), trans),
    short: trans.__('price unknown'),
    problem
  };
}

function idleCell(state: DomainState, trans: TranslationBundle): ICell {
  const { idle } = state.here;
  const cell = { ...QUIET, id: 'idle' } as const;
  const use = inUseWords(state.here, trans);
  const needs: PartName[] = ['here', 'settings'];
  if (idle === null || idle.enabled === null) {
    if (waits(state, needs)) {
      return loading('idle', trans.__('Idle stop'));
    }
    const problem = problemOf(state, needs);
    if (idle === null && problem === null) {
      const head = trans.__('no idle stop');
      return { ...cell, head, says: use, short: use || head };
    }
    return {
      ...cell,
      state: 'trouble',
      head: trans.__('idle ?'),
      says: use || deniedOr(problem, trans.__('unknown'), trans),
      short: use || trans.__('idle ?'),
      problem
    };
  }
  const head =
    idle.enabled && idle.minutes !== null
      ? trans.__('%1 idle', minutesWords(idle.minutes, trans))
      : trans.__('no idle stop');
  return {
    ...cell,
    head,
    says: use || sourceWords(idle.source, trans),
    short: use || head
  };
}

function storageCell(state: DomainState, trans: TranslationBundle): ICell {
  const { storage } = state.here;
  const cell = { ...QUIET, id: 'storage' } as const;
  if (storage === null) {
    return loading('storage', trans.__('Storage'));
  }
  const kind = storageKind(storage, trans);
  const { used, total } = storage;
  if (used === null) {
    const head = trans.__('unknown');
    return {
      ...cell,
      state: 'trouble',
      head,
      says: kind,
      short: trans.__('disk unknown')
    };
  }
  if (total === null || total === 0) {
    const head = trans.__('%1 used', size(used));
    return { ...cell, head, says: kind, short: head };
  }
  const warn = used / total >= FULL;
  const [usedWords, totalWords] = pair(used, total);
  return {
    ...cell,
    head: trans.__('%1 of %2', usedWords, totalWords),
    says: warn ? trans.__('%1 left', size(Math.max(0, total - used))) : kind,
    short: warn
      ? trans.__('%1 left', size(Math.max(0, total - used)))
      : `${usedWords} / ${totalWords}`,
    warn,
    percent: Math.min(100, (100 * used) / total)
  };
}

function loading(id: CellId, label: string): ICell {
  return { ...QUIET, id, state: 'loading', head: label, says: '', short: label };
}

/** Whether any of these is still to come. */
export function waits(state: DomainState, names: readonly PartName[]): boolean {
  return state.parts.some(
    part =>
      names.includes(part.name) && (part.state === 'loading' || part.state === 'idle')
  );
}

/** The first problem of these, in the order in which they are named. */
export function problemOf(
  state: DomainState,
  names: readonly PartName[]
): DomainProblem | null {
  for (const name of names) {
    const problem = state.parts.find(part => part.name === name)?.problem;
    if (problem && problem.code !== SLOW) {
      return problem;
    }
  }
  return null;
}

/** A part that has not answered yet has this problem until it does. */
export const SLOW = 'domain.slow';

/** Who has not answered for too long; empty while nobody has been waited for so long. */
export function lateWords(state: DomainState): string {
  const late = state.parts.find(
    part => part.state === 'loading' && part.problem?.code === SLOW
  );
  return late?.problem?.message ?? '';
}

function deniedOr(
  problem: DomainProblem | null,
  other: string,
  trans: TranslationBundle
): string {
  return problem?.code === 'aws.forbidden' ? trans.__('not allowed') : other;
}

/** "in use now", "idle 12 min"; empty when nobody knows. */
export function inUseWords(
  here: Pick<Here, 'idle_for'>,
  trans: TranslationBundle
): string {
  const { idle_for: idle } = here;
  return idle === null
    ? ''
    : idle < IN_USE
      ? trans.__('in use now')
      : trans.__('idle %1', span(idle, trans));
}

/** "EBS, own disk" */
export function storageKind(storage: Storage, trans: TranslationBundle): string {
  const shared = storage.shared_with !== '';
  switch (storage.kind) {
    case 'ebs':
      return shared ? trans.__('EBS, shared') : trans.__('EBS, own disk');
    case 'efs':
      return shared ? trans.__('EFS, shared') : trans.__('EFS, grows');
    case 'nfs':
      return trans.__('network disk');
    case 'fsx':
      return trans.__('FSx for Lustre');
    case 'local':
      return trans.__('this disk');
    case 'unknown':
      return trans.__('this home');
  }
}

/** Bytes as EBS counts them: a GB is 1024 times 1024 times 1024. */
export function size(bytes: number): string {
  const [amount, unit] = scale(bytes);
  return `${amount} ${unit}`;
}

/** "38" and "100 GB", or "900 MB" and "5 GB". */
function pair(used: number, total: number): [string, string] {
  const [small, unit] = scale(used);
  const [large, other] = scale(total);
  return [unit === other ? small : `${small} ${unit}`, `${large} ${other}`];
}

function scale(bytes: number): [amount: string, unit: string] {
  const units = ['KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1024;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  const digits = value < 10 && at > 1 ? 1 : 0;
  const amount = value.toLocaleString(undefined, { maximumFractionDigits: digits });
  return [amount, units[at] ?? ''];
}

/** The two lines beside the picture: who and where. */
export interface IPlaceWords {
  readonly who: string;
  /** After "in": empty when there is nothing to say. */
  readonly domain: string;
  readonly says: string;
}

export function placeWords(state: DomainState, trans: TranslationBundle): IPlaceWords {
  const { here } = state;
  if (here.kind === 'elsewhere') {
    return {
      who: trans.__('On your own machine'),
      domain: '',
      says: elsewhereWords(state, trans)
    };
  }
  const domain = domainName(state);
  const space = here.space ?? '';
  switch (here.kind) {
    case 'unified':
      return {
        who: here.person ?? trans.__('Unified Studio'),
        domain,
        says: trans.__('SageMaker Unified Studio')
      };
    case 'classic':
      return {
        who: here.person ?? trans.__('Studio Classic'),
        domain,
        says: trans.__('Studio Classic')
      };
    default:
      break;
  }
  if (here.shared === true) {
    return { who: space, domain, says: sharedWords(here, trans) };
  }
  const kind =
    here.shared === false ? trans.__('private space') : trans.__('space of Studio');
  return here.person === null
    ? { who: space || trans.__('SageMaker Studio'), domain, says: kind }
    : { who: here.person, domain, says: space ? `${space} · ${kind}` : kind };
}

/** With whom the space is shared, as far as that is known. */
function sharedWords(here: Here, trans: TranslationBundle): string {
  const [first, second, ...more] = here.members;
  if (first === undefined) {
    return trans.__('shared space, open to everybody here');
  }
  if (second === undefined) {
    return trans.__('shared space with %1', first);
  }
  return more.length === 0
    ? trans.__('shared space with %1 and %2', first, second)
    : trans.__('shared space with %1, %2 and %3 more', first, second, more.length);
}

function elsewhereWords(state: DomainState, trans: TranslationBundle): string {
  const { here } = state;
  const known = [here.region, here.account].filter(Boolean).join(' · ');
  switch (problemOf(state, ['here'])?.code) {
    case 'aws.no_credentials':
      return trans.__('Not in SageMaker Studio, not signed in to AWS');
    case 'aws.credentials_expired':
      return trans.__('Not in SageMaker Studio; the AWS sign-in has expired');
    default:
      return known || trans.__('Not in SageMaker Studio');
  }
}

/** What the price cell tells when it is opened, a sentence each. */
export function priceLines(here: Here, trans: TranslationBundle): readonly string[] {
  const lines: string[] = [];
  if (here.instance !== null) {
    lines.push(
      here.started === null
        ? here.instance
        : trans.__('%1, since %2.', here.instance, moment(here.started))
    );
  }
  if (here.price) {
    lines.push(listWords(here.price, here.region ?? '', trans));
  } else if (here.instance !== null) {
    lines.push(
      trans.__('No price is known for %1 in %2.', here.instance, here.region ?? '?')
    );
  } else {
    lines.push(trans.__('Which instance this runs on is not known.'));
  }
  return lines;
}

function listWords(price: Price, region: string, trans: TranslationBundle): string {
  const date = day(price.published);
  if (price.source === 'api') {
    return trans.__('List price of %1, %2, from AWS.', date, region);
  }
  return price.sample
    ? trans.__('Sample price of %1, %2, from the shipped table.', date, region)
    : trans.__('List price of %1, %2, from the shipped table.', date, region);
}

export function idleLines(here: Here, trans: TranslationBundle): readonly string[] {
  const { idle, idle_for: used } = here;
  const lines: string[] = [];
  if (idle?.enabled === true && idle.minutes !== null) {
    lines.push(
      trans.__(
        'Stops after %1 without use; %2.',
        minutesWords(idle.minutes, trans),
        sourceWords(idle.source, trans)
      )
    );
  } else if (idle?.enabled === false) {
    lines.push(trans.__('It runs, and costs, until somebody stops it.'));
  }
  if (used !== null) {
    const ago = used < 60 ? trans.__('just now') : trans.__('%1 ago', span(used, trans));
    lines.push(
      here.idle_known_by === 'local'
        ? trans.__('Last used %1, as this server saw it; AWS may count otherwise.', ago)
        : trans.__('Last used %1.', ago)
    );
  }
  if (idle?.why_not) {
    lines.push(idle.why_not);
  }
  return lines;
}

/** What may be chosen: "60 min to 6 h". */
export function rangeWords(setting: IdleSetting, trans: TranslationBundle): string {
  const { minimum, maximum } = setting;
  if (minimum === null || maximum === null) {
    return '';
  }
  return trans.__(
    'From %1 to %2 are allowed.',
    minutesWords(minimum, trans),
    minutesWords(maximum, trans)
  );
}

export function storageLines(
  storage: Storage,
  trans: TranslationBundle
): readonly string[] {
  const lines = [trans.__('Your files are in %1.', storage.path)];
  if (storage.used !== null && storage.total) {
    const left = Math.max(0, storage.total - storage.used);
    lines.push(trans.__('%1 are free.', size(left)));
  }
  if (storage.shared_with) {
    lines.push(trans.__('Shared with %1.', storage.shared_with));
  }
  switch (storage.kind) {
    case 'ebs':
      lines.push(trans.__('The disk stays, and costs, when the app is stopped.'));
      break;
    case 'efs':
      lines.push(trans.__('It grows by itself; there is no limit to run into.'));
      break;
    default:
      break;
  }
  return lines;
}

/** The rows of the room: one's own that run or are about to end, the dearest first. */
export function ownRows(rows: readonly Running[]): readonly Running[] {
  return rows
    .filter(row => row.mine || row.this_one)
    .filter(row => bills(row) || row.state === 'stopping' || row.state === 'failed')
    .sort((a, b) => (b.per_hour ?? -1) - (a.per_hour ?? -1) || order(a.id, b.id));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Beside the room's title: "you $1.64 / h"; where nobody is "you", what all cost. */
export function roomSummary(
  state: DomainState | null,
  rows: readonly Running[] | null,
  trans: TranslationBundle
): string {
  if (!state || !rows) {
    return '';
  }
  const { here, cost } = state;
  if (here.kind === 'elsewhere' || here.shared === true) {
    return cost?.per_hour ? trans.__('all %1', rate(cost.per_hour, trans)) : '';
  }
  const mine = rows.filter(row => row.mine && bills(row));
  const known = mine.flatMap(row => (row.per_hour === null ? [] : [row.per_hour]));
  if (mine.length === 0) {
    return '';
  }
  if (known.length === 0) {
    return trans.__('you: price unknown');
  }
  const sum = rate(
    known.reduce((total, amount) => total + amount, 0),
    trans
  );
  return known.length === mine.length
    ? trans.__('you %1', sum)
    : trans.__('you at least %1', sum);
}

/** What stands small beside a row's name. */
export function rowSays(row: Running, trans: TranslationBundle): string {
  if (row.this_one) {
    return trans.__('this one');
  }
  switch (row.state) {
    case 'starting':
      return trans.__('starting');
    case 'stopping':
      return trans.__('stopping');
    case 'failed':
      return trans.__('failed');
    default:
      break;
  }
  const kind = row.kind === 'app' ? appWords(row.app_type, trans) : '';
  const idle =
    row.idle_for !== null && row.idle_for >= IN_USE
      ? trans.__('idle %1', span(row.idle_for, trans))
      : '';
  return [kind, idle].filter(Boolean).join(' · ');
}

/** At the end of a row that has no button: whether it is used. */
export function rowUse(row: Running, trans: TranslationBundle): string {
  if (!bills(row) || row.idle_for === null) {
    return '';
  }
  return row.idle_for < IN_USE
    ? trans.__('in use')
    : trans.__('idle %1', span(row.idle_for, trans));
}

/** Why there is no row; one line. */
export function emptyWords(state: DomainState, trans: TranslationBundle): string {
  if (state.here.shared === true) {
    return trans.__('In a shared space nobody counts as the owner of an app.');
  }
  if (state.here.kind !== 'elsewhere' && state.here.person === null) {
    return trans.__('Which apps are yours is not known here.');
  }
  return trans.__('None of your apps runs.');
}

/** Outside Studio: what runs in the domain that was chosen. */
export function chosenWords(state: DomainState, trans: TranslationBundle): string {
  const { cost } = state;
  const name = domainName(state);
  if (!cost) {
    return trans.__('You look at %1 from outside.', name);
  }
  const running = trans._n(
    '%1 app runs in %2.',
    '%1 apps run in %2.',
    cost.running + cost.idle,
    name
  );
  return cost.per_hour === null
    ? running
    : `${running} ${trans.__('They cost %1.', rate(cost.per_hour, trans))}`;
}

/** "alice-lab · $0.23/h · in use"; empty when there is nothing to say. */
export function statusWords(
  state: DomainState | null,
  fresh: boolean,
  trans: TranslationBundle
): string {
  const here = state?.here;
  if (!here || here.kind === 'elsewhere' || here.space === null) {
    return '';
  }
  const price = here.price ? rate(here.price.amount, trans).replace(' / ', '/') : '';
  const used = here.idle_for;
  const use =
    !fresh || used === null
      ? ''
      : used < IN_USE
        ? trans.__('in use')
        : trans.__('idle %1', span(used, trans));
  return [here.space, price, use].filter(Boolean).join(' · ');
}

/** What a screen reader is told when own rows change; empty: nothing. */
export function rowNews(
  before: readonly Running[],
  now: readonly Running[],
  trans: TranslationBundle
): string {
  const is = new Map(now.map(row => [row.id, row]));
  const said: string[] = [];
  for (const was of before) {
    const row = is.get(was.id);
    if (was.state === 'stopping' && (!row || row.state === 'stopped')) {
      said.push(trans.__('%1 was stopped.', was.name));
    } else if (bills(was) && row?.state === 'stopping') {
      said.push(trans.__('%1 is stopping.', was.name));
    } else if (was.state !== 'failed' && row?.state === 'failed') {
      said.push(trans.__('%1 failed.', was.name));
    }
  }
  return said.join(' ');
}
