/**
 * What a repository's row says. Pure functions of the state, so that every sentence
 * can be read, tested and translated in one place.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { FileInTheWay, Progress, Repository, ReposState } from '../api/types';
import type { IconName } from '../shell/shapes';

type State = Repository['state'];

/** A shape and a tone for each state; the tone is a class of the style sheet. */
export const LOOKS: Record<State, { icon: IconName; tone: string }> = {
  waiting: { icon: 'waiting', tone: 'quiet' },
  cloning: { icon: 'working', tone: 'accent' },
  updating: { icon: 'working', tone: 'accent' },
  ready: { icon: 'done', tone: 'ok' },
  behind: { icon: 'behind', tone: 'accent' },
  blocked: { icon: 'inTheWay', tone: 'warn' },
  diverged: { icon: 'diverged', tone: 'warn' },
  foreign: { icon: 'foreign', tone: 'warn' },
  failed: { icon: 'failed', tone: 'bad' },
  cancelled: { icon: 'stopped', tone: 'quiet' },
  skipped: { icon: 'skipped', tone: 'quiet' }
};

/** States that need a person. */
const TROUBLE: ReadonlySet<State> = new Set(['blocked', 'diverged', 'foreign', 'failed']);

/** States in which there is a clone, even where JupyterLab cannot show its folder. */
const WHOLE: ReadonlySet<State> = new Set([
  'ready',
  'behind',
  'blocked',
  'diverged',
  'updating'
]);

export function isTrouble(row: Repository): boolean {
  return TROUBLE.has(row.state);
}

export function isAtWork(row: Repository): boolean {
  return row.state === 'cloning' || row.state === 'updating';
}

/** Whether the folder holds a whole clone that can be opened. */
export function isThere(row: Repository): boolean {
  return row.contents_path !== null || WHOLE.has(row.state);
}

/** The state in one or two words: for labels, and for readers of the screen. */
export function stateWord(row: Repository, trans: TranslationBundle): string {
  switch (row.state) {
    case 'waiting':
      return trans.__('Waiting');
    case 'cloning':
      return trans.__('Cloning');
    case 'updating':
      return trans.__('Updating');
    case 'ready':
      return trans.__('Ready');
    case 'behind':
      return row.behind === null ? trans.__('Behind') : trans.__('%1 behind', row.behind);
    case 'blocked':
      return row.files.length === 0
        ? trans.__('Needs you')
        : trans._n('%1 file in the way', '%1 files in the way', row.files.length);
    case 'diverged':
      return row.ahead === null || row.behind === null
        ? trans.__('Both sides have commits')
        : trans.__('%1 ahead, %2 behind', row.ahead, row.behind);
    case 'foreign':
      return trans.__('Not this repository');
    case 'failed':
      return row.code.includes('sign_in')
        ? trans.__('Sign-in refused')
        : trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
    case 'skipped':
      return trans.__('Not for you here');
  }
}

/** The host of a repository's address, as people name it. */
export function host(url: string): string {
  const match = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)/i.exec(url);
  return match?.[1] ?? url;
}

/** What work is at: "Receiving 62 % · 31.4 MiB". */
export function progressWords(
  progress: Progress,
  url: string,
  trans: TranslationBundle
): string {
  const doing = {
    asking: trans.__('Asking %1…', host(url)),
    counting: trans.__('Counting'),
    compressing: trans.__('%1 is packing', host(url)),
    receiving: trans.__('Receiving'),
    resolving: trans.__('Unpacking'),
    writing: trans.__('Writing files'),
    checking: trans.__('Checking')
  }[progress.phase];
  const percent =
    progress.percent === null
      ? doing
      : trans.__('%1 %2 %', doing, Math.round(progress.percent));
  if (progress.detail) {
    return `${percent} · ${progress.detail}`;
  }
  return progress.done !== null && progress.total !== null
    ? trans.__('%1 · %2 of %3', percent, number(progress.done), number(progress.total))
    : percent;
}

/** The row's sentence: the server's where it has one, else composed from the state. */
export function sentence(row: Repository, trans: TranslationBundle): string {
  if (row.progress && (isAtWork(row) || row.state === 'waiting')) {
    return progressWords(row.progress, row.url, trans);
  }
  if (isAtWork(row) || row.state === 'waiting') {
    return stateWord(row, trans);
  }
  if (row.message && !isOrdinary(row)) {
    return row.message;
  }
  if (offersUndo(row)) {
    return undoWords(row, trans);
  }
  const word = stateWord(row, trans);
  if (row.state === 'ready') {
    const said = row.action === 'cloned' ? word : trans.__('Up to date');
    if (row.ahead) {
      const push = trans._n('%1 commit to push', '%1 commits to push', row.ahead);
      return `${said} · ${push}`;
    }
    return row.action === 'cloned' && row.changed
      ? `${said} · ${files(row.changed, trans)}`
      : said;
  }
  return row.state === 'behind'
    ? trans.__('%1 · none of your files touched', word)
    : word;
}

/** Ready as most rows are: here the words are ours, since they can name the time. */
function isOrdinary(row: Repository): boolean {
  return (
    row.state === 'ready' &&
    (row.code === '' || row.code === 'repos.ahead') &&
    row.action !== 'restored'
  );
}

/** Undo stands in the row for a day; after that it is in the menu. */
const DAY = 24 * 60 * 60 * 1000;

/** Whether the row itself says what was changed last, and offers to undo it. */
export function offersUndo(row: Repository): boolean {
  return (
    row.undo !== null &&
    row.actions.includes('undo') &&
    Date.now() - new Date(row.undo.at).getTime() < DAY
  );
}

/** What the last change did, for a row that offers to undo it. */
function undoWords(row: Repository, trans: TranslationBundle): string {
  const at = clock(row.undo?.at);
  const count = files(row.undo?.files ?? 0, trans);
  switch (row.undo?.did) {
    case 'set_aside':
      return trans.__('Yours set aside %1, %2', at, count);
    case 'discard':
      return trans.__('Yours discarded %1, %2', at, count);
    case 'merge':
      return trans.__('Merged %1, %2', at, count);
    case 'switch_branch':
      return trans.__('Switched branch %1', at);
    case 'undo':
      return trans.__('Brought back %1, %2', at, count);
    default:
      return trans.__('Updated %1, %2', at, count);
  }
}

/** Why a file is in the way, and whose the other change is. */
export function fileWords(file: FileInTheWay, trans: TranslationBundle): string {
  switch (file.why) {
    case 'changed':
      return file.by ? trans.__('you and %1', file.by) : trans.__('changed by you');
    case 'staged':
      return file.by ? trans.__('staged; also %1', file.by) : trans.__('staged by you');
    case 'deleted':
      return file.by ? trans.__('deleted; also %1', file.by) : trans.__('deleted by you');
    case 'untracked':
      return file.by
        ? trans.__('yours, new; also %1', file.by)
        : trans.__('yours, not in git');
    case 'ignored':
      return trans.__('yours, ignored by git');
    case 'conflict':
      return file.by ? trans.__('same lines as %1', file.by) : trans.__('same lines');
    case 'folder':
      return trans.__('a folder of yours');
  }
}

/** How much is ready: "2 of 4 ready", or the count when all is quiet. */
export function summaryWords(state: ReposState | null, trans: TranslationBundle): string {
  if (!state || state.state === 'off') {
    return '';
  }
  const rows = state.repositories.filter(row => row.state !== 'skipped');
  const trouble = rows.filter(isTrouble).length + state.problems.length;
  if (rows.some(row => isAtWork(row) || row.state === 'waiting')) {
    return trans.__(
      '%1 of %2 ready',
      rows.filter(row => row.state === 'ready').length,
      rows.length
    );
  }
  if (trouble > 0) {
    return trans._n('%1 needs you', '%1 need you', trouble);
  }
  return rows.length > 0 ? number(rows.length) : '';
}

/** Where the rows come from: "From onboard.yaml (3) and the domain (1)." */
export function originWords(
  rows: readonly Repository[],
  trans: TranslationBundle
): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const from = sourceWords(row, trans);
    counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  const parts = [...counts].map(([from, count]) => `${from} (${count})`);
  const last = parts.pop();
  if (last === undefined) {
    return '';
  }
  return parts.length === 0
    ? trans.__('From %1.', last)
    : trans.__('From %1 and %2.', parts.join(', '), last);
}

/** Where one row comes from. */
export function sourceWords(row: Repository, trans: TranslationBundle): string {
  const named = row.origin.split('/').pop() || row.origin;
  switch (row.source) {
    case 'person':
      return trans.__('your own %1', named || 'onboard.yaml');
    case 'team':
      return named || trans.__('the team’s file');
    case 'space':
      return trans.__('the space');
    case 'profile':
      return trans.__('your profile');
    case 'domain':
      return trans.__('the domain');
    case 'trait':
      return trans.__('the server’s settings');
  }
}

/** A time of today as people say it: "9:02". */
export function clock(time: string | Date | null | undefined): string {
  const date = time instanceof Date ? time : new Date(time ?? NaN);
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
}

function files(count: number, trans: TranslationBundle): string {
  return trans._n('%2 file', '%2 files', count, number(count));
}

function number(value: number): string {
  return value.toLocaleString();
}
