import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { afterEach, expect, it } from 'vitest';

import { coloured, LONGEST } from './code';

afterEach(cleanup);

/** What a parser that answers this made of a cell. */
async function shown(source: string, html: string): Promise<HTMLElement | null> {
  const node = await coloured(source, 'python', { render: async () => html });
  return node === null ? null : render(<pre>{node}</pre>).container;
}

it('takes the text and the classes of its colours, and nothing else', async () => {
  const container = await shown(
    'import os',
    '<pre><code class="language-python"><span class="ͼ1u" onclick="h()" style="color:red">import</span> <a href="https://evil.example">os</a></code></pre>'
  );
  const all = [...(container?.querySelectorAll('pre *') ?? [])];
  expect(all.map(one => one.localName)).toEqual(['span']);
  expect(all.flatMap(one => one.getAttributeNames())).toEqual(['class']);
  expect(all[0]?.className).toBe('ͼ1u');
  expect(container?.textContent).toBe('import os');
});

it.each([
  ['another text', '<pre><code><span class="ͼ1">import sys</span></code></pre>'],
  ['text beside it', '<pre><code>import os</code></pre><p>x</p>', true],
  ['no code', '<p>import os</p>'],
  ['nothing', '']
])('shows no other text than the cell’s: %s', async (_, html, isShown = false) => {
  const container = await shown('import os', html);
  expect(container?.textContent ?? null).toBe(isShown ? 'import os' : null);
});

it('keeps a cell with fences of its own in its fence', async () => {
  const asked: string[] = [];
  const parser = {
    render: async (source: string) => {
      asked.push(source);
      return '';
    }
  };
  await coloured('"""\n```mermaid\n````\n"""', 'python', parser);
  expect(asked).toEqual(['`````python\n"""\n```mermaid\n````\n"""\n`````\n']);
});

it('colours only Python, of a length that is soon read, and survives its parser', async () => {
  let asked = 0;
  const parser = {
    render: async () => {
      asked += 1;
      throw new Error('broken');
    }
  };
  expect(await coloured('x <- 1', 'r', parser)).toBeNull();
  expect(await coloured('x'.repeat(LONGEST + 1), 'python', parser)).toBeNull();
  expect(await coloured(' \n', 'python', parser)).toBeNull();
  expect(await coloured('x', 'python', null)).toBeNull();
  expect(asked).toBe(0);
  expect(await coloured('x = 1', 'python', parser)).toBeNull();
  expect(await coloured('x = 1', 'python', { render: async () => '' })).toBeNull();
  expect(asked).toBe(1);
});
