/** What a screen reader is told: at start, at the end and when there is trouble. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Apps, Part } from '../api/types';
import { count } from './format';
import { SHOWS } from './page-state';
import type { IDomainPageProps } from './props';
import { partWords, troubleWords } from './words';

/** The polite live region. */
export function News(props: IDomainPageProps): React.ReactElement {
  const { state, apps, trans, view } = props;
  const parts = React.useMemo(
    () => (state?.parts ?? []).filter(part => SHOWS[view.tab].includes(part.name)),
    [state, view.tab]
  );
  const before = React.useRef<{ parts: readonly Part[]; apps: Apps | null }>({
    parts: [],
    apps: null
  });
  const [said, setSaid] = React.useState('');
  React.useEffect(() => {
    const words = [
      ...appNews(before.current.apps, apps, trans),
      ...partNews(before.current.parts, parts, trans)
    ].join(' ');
    before.current = { parts, apps };
    if (words) {
      setSaid(words);
    }
  }, [parts, apps, trans]);
  return (
    <div className="smo-only-heard" role="status" aria-live="polite" data-smo-news="">
      {said}
    </div>
  );
}

/** Parts whose reading ended, or met trouble, since the last time. */
export function partNews(
  before: readonly Part[],
  now: readonly Part[],
  trans: TranslationBundle
): string[] {
  return now.flatMap(part => {
    const was = before.find(one => one.name === part.name)?.state;
    if (was === undefined || was === part.state) {
      return [];
    }
    if (part.state === 'failed' || part.state === 'partial') {
      return [trans.__('%1.', troubleWords(part, trans))];
    }
    return part.state === 'ready' &&
      part.rows > 0 &&
      was !== 'ready' &&
      first(before, part)
      ? [trans.__('%1 %2.', count(part.rows), partWords(part.name, trans))]
      : [];
  });
}

/** A refresh that ends is no news: only the first reading is. */
function first(before: readonly Part[], part: Part): boolean {
  return before.find(one => one.name === part.name)?.at === null;
}

/** Apps that stopped, or failed, since the last time. */
export function appNews(
  before: Apps | null,
  now: Apps | null,
  trans: TranslationBundle
): string[] {
  const old = new Map(before?.rows.map(row => [row.id, row.state]));
  return (now?.rows ?? []).flatMap(row => {
    const was = old.get(row.id);
    if (was === undefined || was === row.state) {
      return [];
    }
    switch (row.state) {
      case 'stopping':
        return [trans.__('%1 is stopping.', row.name)];
      case 'stopped':
        return [trans.__('%1 has stopped.', row.name)];
      case 'failed':
        return [trans.__('%1 has failed.', row.name)];
      default:
        return [];
    }
  });
}
