/**
 * Code in the colours of JupyterLab's editors: its Markdown parser colours what stands in a
 * fence, and of what it makes only text and the colours' classes are taken.
 */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import * as React from 'react';

/** Characters that are coloured; what is longer is shown in one colour. */
export const LONGEST = 20_000;
/** Others' grammars are lists of expressions that a stranger's text could hold up for hours. */
const LANGUAGES = new Set(['python']);
/** As CodeMirror names the classes of its styles. */
const CLASSES = /^[\p{L}\p{N}_ -]{1,80}$/u;

let turn: Promise<unknown> = Promise.resolve();

/**
 * @returns null: it is shown in one colour. One after the other, so that a notebook of a
 *   thousand cells does not hold up the page.
 */
export function coloured(
  source: string,
  language: string,
  parser: IMarkdownParser | null
): Promise<React.ReactNode | null> {
  if (
    !parser ||
    !LANGUAGES.has(language) ||
    source.length > LONGEST ||
    source.trim() === ''
  ) {
    return Promise.resolve(null);
  }
  const made = turn.then(async () => {
    await new Promise(resolve => setTimeout(resolve));
    return inColours(source, language, parser);
  });
  turn = made;
  return made;
}

async function inColours(
  source: string,
  language: string,
  parser: IMarkdownParser
): Promise<React.ReactNode | null> {
  const ticks = Math.max(2, ...(source.match(/`+/gu) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(ticks + 1);
  try {
    const html = await parser.render(`${fence}${language}\n${source}\n${fence}\n`);
    const code = new DOMParser()
      .parseFromString(html, 'text/html')
      .querySelector('pre > code');
    // Another text than the cell's would be worse than one without colours.
    if (!code || code.textContent?.replace(/\n$/u, '') !== source.replace(/\n$/u, '')) {
      return null;
    }
    return [...code.childNodes].map((node, key) => {
      const classes = node instanceof Element ? (node.getAttribute('class') ?? '') : '';
      return CLASSES.test(classes)
        ? React.createElement('span', { key, className: classes }, node.textContent)
        : node.textContent;
    });
  } catch {
    return null;
  }
}
