/**
 * A stranger's Markdown as React elements: what JupyterLab's parser makes of it is read as a
 * tree that runs and loads nothing, and of that tree only text and a few kinds of elements are
 * taken, without a single attribute. Links are their text, pictures what is said in their place.
 */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import * as React from 'react';

/** Characters that are parsed; what is longer is shown as it is written. */
export const LONGEST = 50_000;
/** How deep lists and quotes go. */
const DEEPEST = 40;

const SHOWN = new Set([
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'hr', 'br', 'pre', 'code', 'blockquote'],
  ...['ul', 'ol', 'li', 'em', 'strong', 'b', 'i', 'del', 's', 'sub', 'sup', 'kbd'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'dl', 'dt', 'dd']
]);
const EMPTY = new Set(['hr', 'br']);
/** Whose text is nothing that a person would read. */
const NOTHING = new Set([
  ...[
    'script',
    'style',
    'template',
    'noscript',
    'iframe',
    'object',
    'embed',
    'svg',
    'math'
  ],
  ...[
    'head',
    'title',
    'textarea',
    'select',
    'option',
    'form',
    'button',
    'input',
    'audio'
  ],
  ...['video', 'canvas', 'link', 'meta', 'base', 'frame', 'frameset', 'noembed', 'xmp']
]);

/** @returns null: it is shown as it is written */
export async function rendered(
  source: string,
  parser: IMarkdownParser | null
): Promise<React.ReactNode | null> {
  if (!parser || source.length > LONGEST) {
    return null;
  }
  try {
    const html = await parser.render(withoutDiagrams(source));
    const tree = new DOMParser().parseFromString(html, 'text/html');
    return taken(tree.body, 0);
  } catch {
    return null;
  }
}

/**
 * JupyterLab draws diagrams while it parses, and in this very page: a stranger's are text. Line by
 * line, and each once: one expression for it takes hours of a cell that is all `~`.
 */
function withoutDiagrams(source: string): string {
  return source
    .split(/\r\n|\r|\n/u)
    .map(withoutDiagram)
    .join('\n');
}

function withoutDiagram(line: string): string {
  if (!/mermaid/iu.test(line)) {
    return line;
  }
  const begins = ['```', '~~~'].map(mark => line.indexOf(mark)).filter(at => at >= 0);
  if (begins.length === 0) {
    return line;
  }
  const begin = Math.min(...begins);
  let end = begin;
  while (line[end] === line[begin]) {
    end += 1;
  }
  return line.slice(0, end);
}

function taken(node: Node, depth: number): React.ReactNode[] {
  return depth > DEEPEST
    ? [node.textContent]
    : [...node.childNodes].map((child, index) => one(child, depth, index));
}

function one(node: Node, depth: number, key: number): React.ReactNode {
  if (node.nodeType === Node.TEXT_NODE) {
    return node.textContent;
  }
  if (!(node.nodeType === Node.ELEMENT_NODE)) {
    return null;
  }
  const element = node as Element;
  const name = element.localName;
  if (name === 'img') {
    return element.getAttribute('alt');
  }
  if (NOTHING.has(name)) {
    return null;
  }
  const children = EMPTY.has(name) ? [] : taken(element, depth + 1);
  return SHOWN.has(name)
    ? React.createElement(name, { key }, ...children)
    : React.createElement(React.Fragment, { key }, ...children);
}
