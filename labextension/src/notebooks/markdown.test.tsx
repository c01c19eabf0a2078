import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { afterEach, expect, it } from 'vitest';

import { LONGEST, rendered } from './markdown';

afterEach(cleanup);

/** What a parser made of somebody's Markdown, as it is shown. */
async function shown(html: string): Promise<HTMLElement> {
  const node = await rendered('x', { render: async () => html });
  return render(<div>{node}</div>).container;
}

it('shows headings, lists, tables and code', async () => {
  const html =
    '<h1 id="a">T</h1><p>a <em>b</em> <code>c</code></p><ul><li>d<ol><li>e</li></ol></li></ul>' +
    '<table><thead><tr><th align="left">f</th></tr></thead><tbody><tr><td>g</td></tr></tbody></table><hr><pre><code class="x">h</code></pre>';
  const container = await shown(html);
  expect(container.querySelector('h1')?.textContent).toBe('T');
  expect(container.querySelectorAll('li')).toHaveLength(2);
  expect(container.querySelector('td')?.textContent).toBe('g');
  expect(container.querySelector('pre code')?.textContent).toBe('h');
});

it('takes no attribute at all, and nothing that loads or runs', async () => {
  const html = [
    '<a href="https://evil.example/?smo=git" data-commandlinker-command="x">link</a>',
    '<img src="https://evil.example/a.png" onerror="hacked=1" alt="a picture">',
    '<p style="background:url(https://evil.example)" class="jp-Cell" id="b" onclick="h()">p</p>',
    '<script>hacked = 1</script><style>body{display:none}</style>',
    '<svg><script>hacked=1</script><a xlink:href="javascript:1">s</a></svg>',
    '<iframe src="https://evil.example"></iframe><form action="https://evil.example"><button>b</button></form>',
    '<math><mtext><img src=x onerror=hacked=1></mtext></math>',
    '<video src="https://evil.example"></video><custom-x onload="hacked=1">kept</custom-x>',
    '<button data-commandlinker-command="docmanager:open" data-commandlinker-args="{}">run</button>'
  ].join('');
  const container = await shown(html);
  const all = [...container.querySelectorAll('*')];
  expect(all.flatMap(one => [...one.attributes].map(({ name }) => name))).toEqual([]);
  expect(new Set(all.map(one => one.localName))).toEqual(new Set(['div', 'p']));
  expect(container.textContent).toContain('link');
  expect(container.textContent).toContain('a picture');
  expect(container.textContent).toContain('kept');
  expect(container.textContent).not.toContain('hacked');
  expect((globalThis as { hacked?: number }).hacked).toBeUndefined();
});

it('has no diagram drawn, which JupyterLab does in the page itself', async () => {
  const sources: string[] = [];
  const parser = {
    render: async (source: string) => {
      sources.push(source);
      return '';
    }
  };
  const source =
    '```mermaid\ngraph\n```\n> ~~~ Mermaid x\n~~~\n1. ````  mermaid\n```` \n```python\n```';
  await rendered(source, parser);
  expect(sources[0]).toBe('```\ngraph\n```\n> ~~~\n~~~\n1. ````\n```` \n```python\n```');
  // The parser takes more for a space than an expression's [ \t] does.
  await rendered('```\u00a0mermaid\ngraph\n```', parser);
  expect(sources[1]).not.toContain('mermaid');
});

it('is not held up by a cell that is all marks', async () => {
  const sources: string[] = [];
  const parser = { render: async (source: string) => String(sources.push(source)) };
  const begun = performance.now();
  for (const mark of ['~', '`']) {
    await rendered(mark.repeat(LONGEST - 10), parser);
    await rendered(`${mark.repeat(LONGEST - 20)}\u00a0mermaid`, parser);
  }
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(sources).toHaveLength(4);
});

it('leaves as it is what is too long, too deep or cannot be parsed', async () => {
  const never = { render: async () => Promise.reject(new Error('no')) };
  expect(await rendered('x', never)).toBeNull();
  expect(await rendered('x', null)).toBeNull();
  const fine = { render: async () => '<p>x</p>' };
  expect(await rendered('x'.repeat(LONGEST + 1), fine)).toBeNull();
  const deep = '<blockquote>'.repeat(400) + 'deep';
  const container = await shown(deep);
  expect(container.querySelectorAll('blockquote').length).toBeLessThan(60);
  expect(container.textContent).toContain('deep');
});
