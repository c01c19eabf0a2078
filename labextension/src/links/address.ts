/** A link as it stands in an address; what it says is read by the server alone. */

const KINDS = 'git|path|snapshot|run';

/** What JupyterLab's router is asked for: a link in the query, or behind the `#`. */
export const SHARED_LINK = new RegExp(`[?&#]smo=(?:${KINDS})(?:[&#]|$)`, 'u');

/** Characters of a link that anybody reads. */
export const LONGEST = 16_000;

const PARTS = new Set([
  ...['smo', 'r', 'c', 'p', 's', 'd', 'x', 'u', 'at', 'f', 'n'],
  ...['cell-id', 'heading']
]);

/** Where an anchor leads to, if that is a shared link; relative ones are not. */
export function sharedLink(href: string | null): string | null {
  return href !== null &&
    href.length <= LONGEST &&
    /^\s*https?:\/\//iu.test(href) &&
    SHARED_LINK.test(href)
    ? href
    : null;
}

/** An address's query and fragment without what was the link's. */
export function withoutSharedLink(search: string, hash: string): string {
  const rest = (text: string) =>
    text
      .slice(1)
      .split('&')
      .filter(pair => pair !== '' && !PARTS.has(pair.split('=')[0] ?? ''))
      .join('&');
  const [query, fragment] = [rest(search), rest(hash)];
  return (query && `?${query}`) + (fragment && `#${fragment}`);
}
