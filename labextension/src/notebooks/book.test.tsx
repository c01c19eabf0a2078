import { nullTranslator } from '@jupyterlab/translation';
import { act, cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { afterEach, expect, it } from 'vitest';

import type { NotebookCell } from '../api/types';
import { Book } from './book';

afterEach(cleanup);

const trans = nullTranslator.load('');
/** Puts code into a colour, and a text between lines. */
const markdown = {
  render: async (source: string) => {
    const code = /^```python\n([^]*)\n```\n$/u.exec(source)?.[1];
    return code === undefined
      ? `<p>${source}</p>`
      : `<pre><code><span class="ͼ1">${code}</span></code></pre>`;
  }
};

function cell(kind: NotebookCell['kind'], source: string): NotebookCell {
  return { id: 'a', kind, source, count: null, outputs: [], more: false };
}

function book(one: NotebookCell): React.ReactElement {
  const notebook = { language: 'python', cells: [one], more: false };
  return <Book notebook={notebook} markdown={markdown} trans={trans} />;
}

const settled = () => act(() => new Promise(resolve => setTimeout(resolve, 20)));

it('shows what a cell says now, and never what was made of the one before', async () => {
  const { container, rerender } = render(book(cell('code', 'x = 1')));
  const shown = () => container.querySelector('[data-smo-cell]')?.textContent;
  expect(shown()).toContain('x = 1');
  await settled();
  expect(container.querySelector('pre span')?.className).toBe('ͼ1');

  rerender(book(cell('code', 'y = 2')));
  expect(shown()).toContain('y = 2');
  rerender(book(cell('raw', 'as it is')));
  await settled();
  expect(shown()).toContain('as it is');
  expect(shown()).not.toContain('y = 2');

  rerender(book(cell('markdown', 'some text')));
  expect(shown()).toContain('some text');
  await settled();
  expect(container.querySelector('.smo-Book-prose p')?.textContent).toBe('some text');
  rerender(book(cell('markdown', 'another')));
  expect(shown()).not.toContain('some text');
});
