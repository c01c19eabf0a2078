/** Sentences of the preview. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  LinkClaims,
  LinkFact,
  LinkOpening,
  LinkPart,
  SharedFile
} from '../../api/types';
import { lastPart } from '../../shell/sizes';
import type { IconName } from '../../shell/shapes';

/** How a state is drawn; the sentence beside it says it, too. */
export const LOOKS: Record<LinkPart['state'], { icon: IconName; tone: string }> = {
  ok: { icon: 'done', tone: 'ok' },
  differs: { icon: 'inTheWay', tone: 'warn' },
  missing: { icon: 'failed', tone: 'bad' },
  unknown: { icon: 'skipped', tone: 'quiet' }
};

/** "alice shares 03_train.ipynb" */
export function titleWords(shown: LinkOpening | null, trans: TranslationBundle): string {
  const title = shown?.preview?.title || (shown && nameOf(shown.claims)) || '';
  if (title === '') {
    return trans.__('A shared link');
  }
  const sender = senderOf(shown);
  return sender === '' ? title : trans.__('%1 shares %2', sender, title);
}

export function tabWords(shown: LinkOpening | null, trans: TranslationBundle): string {
  const name = shown?.preview?.title || (shown && nameOf(shown.claims)) || '';
  const sender = senderOf(shown);
  return name === ''
    ? trans.__('Shared link')
    : sender === ''
      ? name
      : trans.__('From %1: %2', sender, name);
}

export function senderOf(shown: LinkOpening | null): string {
  return shown?.preview?.sender || shown?.claims.sender || '';
}

function nameOf(claims: LinkClaims): string {
  return claims.kind === 'run' ? claims.run : lastPart(claims.path);
}

export function factWord(name: LinkFact['name'], trans: TranslationBundle): string {
  switch (name) {
    case 'what':
      return trans.__('What');
    case 'repository':
      return trans.__('Repository');
    case 'commit':
      return trans.__('Built on');
    case 'outputs':
      return trans.__('Outputs');
    case 'size':
      return trans.__('Size');
    case 'store':
      return trans.__('Store');
    case 'run':
      return trans.__('Run');
  }
}

/** What a link says of itself, before anything was looked up. */
export function claimed(
  claims: LinkClaims,
  trans: TranslationBundle
): ReadonlyArray<readonly [string, string]> {
  const kinds = {
    path: trans.__('a file in a space'),
    git: trans.__('a file of a commit'),
    snapshot: trans.__('a snapshot in a store of the team’s'),
    run: trans.__('a recorded run')
  };
  const rows: ReadonlyArray<readonly [string, string]> = [
    [trans.__('What'), kinds[claims.kind]],
    [trans.__('Repository'), claims.repository],
    [trans.__('Commit'), claims.commit],
    [trans.__('Store'), claims.store],
    [trans.__('File'), claims.path],
    [trans.__('Run'), claims.run],
    [trans.__('Kept in'), claims.tracking],
    [trans.__('Space'), claims.space]
  ];
  return rows.filter(([, text]) => text !== '');
}

export function hereWords(file: SharedFile, trans: TranslationBundle): string {
  if (file.text !== '') {
    return file.text;
  }
  switch (file.here) {
    case 'same':
      return trans.__('the same as yours');
    case 'differs':
      return trans.__('differs from yours');
    case 'new':
      return trans.__('you have none');
    case 'none':
      return '';
  }
}

/** "today 10:12", "9 Nov 2026, 10:12" */
export function whenWords(
  time: number,
  trans: TranslationBundle,
  now = new Date(),
  locale?: string
): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  });
  if (date.toDateString() === now.toDateString()) {
    return trans.__('today %1', clock);
  }
  const day = date.toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric'
  });
  return `${day}, ${clock}`;
}
