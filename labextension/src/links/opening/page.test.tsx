import axe from 'axe-core';
import { cleanup, fireEvent } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import { opening, preview, showPreviewPage } from '../../testing/links';

const EVIL = '<img src=x onerror="hacked = 1"><a href="javascript:hacked=1">x</a>';

afterEach(cleanup);

async function violations(container: Element): Promise<string[]> {
  const found = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  return found.violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`);
}

describe('the preview of a link', () => {
  it('says who says so, what was found, and can be read by everybody', async () => {
    const { query, container, settled } = showPreviewPage();
    await settled();
    expect(query('h1')?.textContent).toBe('alice shares 03_train.ipynb');
    expect(query('[data-smo-claim="sender"]')?.textContent).toContain(
      'alice, says the link. Nobody has verified'
    );
    expect(query('[data-smo-fact="repository"]')?.textContent).toContain('says the link');
    expect(query('[data-smo-here="differs"]')?.textContent).toContain('2 cells differ');
    expect(query('[data-smo-part="packages"]')?.dataset.smoState).toBe('differs');
    expect(query('[data-smo-marked]')?.textContent).toContain('the link points here');
    expect(query('[data-smo-differs]')?.dataset.smoCell).toBe('c2');
    expect(await violations(container)).toEqual([]);
  });

  it('makes text of everything, whoever wrote it', async () => {
    const texts = {
      title: EVIL,
      sender: EVIL,
      note: EVIL,
      cell: EVIL,
      mine: EVIL,
      mine_text: EVIL,
      place: EVIL
    };
    const cell = { id: EVIL, source: EVIL, count: null, outputs: [], more: false };
    const output = { text: EVIL, media: EVIL, base64: EVIL, more: false };
    const { container, settled } = showPreviewPage({
      link: EVIL,
      markdown: { render: async source => source },
      shown: opening({
        preview: preview({
          ...texts,
          facts: [{ name: 'what', text: EVIL, state: 'ok' }],
          files: [{ path: EVIL, size: 1, here: 'new', text: EVIL }],
          same: [{ part: 'data', state: 'ok', text: EVIL }],
          warnings: [EVIL],
          keeps: [EVIL],
          notebook: {
            language: EVIL,
            more: false,
            cells: [
              { ...cell, kind: 'markdown' },
              {
                ...cell,
                kind: 'code',
                outputs: [
                  { ...output, kind: 'image' },
                  { ...output, kind: 'other' },
                  { ...output, kind: 'text' }
                ]
              },
              { ...cell, kind: 'raw' }
            ]
          }
        })
      })
    });
    await settled();
    expect(container.querySelectorAll('img, script, a, iframe, [onerror]')).toHaveLength(
      0
    );
    expect(container.textContent.split(EVIL).length).toBeGreaterThan(10);
  });

  it('asks nothing of an unlisted host before the person says so, loudly', async () => {
    const shown = opening({
      state: 'asks',
      preview: null,
      trust: { listed: false, asked: 'evil.example', why: 'Neither names it.' }
    });
    const { query, control, container, deeds } = showPreviewPage({ shown });
    expect(query('[role="alertdialog"]')?.textContent).toContain('evil.example');
    expect(query('[data-smo-claims]')?.textContent).toContain('nb/03_train.ipynb');
    expect(document.activeElement).toBe(document.body);
    expect(await violations(container)).toEqual([]);
    control('fetch')!.click();
    expect(deeds.fetch).toHaveBeenCalledTimes(1);
  });

  it('says what is waited for, and shows no decision before it is ready', () => {
    const shown = opening({ state: 'fetching', preview: null, doing: 'Asking team.' });
    const { query, control, again } = showPreviewPage({ shown });
    expect(query('.smo-Shared-doing')?.textContent).toBe('Fetching the preview');
    again({ late: true });
    expect(query('.smo-Shared-doing')?.textContent).toBe('Asking team.');
    expect(control('beside')).toBeNull();
    expect(control('cancel')).not.toBeNull();
  });

  it('opens only what was found, by the button that says so', () => {
    const { control, query, deeds } = showPreviewPage();
    control('beside')!.click();
    control('mine')!.click();
    expect(deeds.choose.mock.calls).toEqual([['beside'], ['mine']]);
    expect(query('[data-smo-mine]')?.textContent).toContain('1 cell differs');
    const run = showPreviewPage({
      shown: opening({ preview: preview({ how: ['run'], notebook: null, cell: '' }) })
    });
    expect(run.control('beside')).toBeNull();
    run.control('run')!.click();
    expect(run.deeds.choose).toHaveBeenCalledWith('run');
  });

  it('takes the marks away and puts them back', () => {
    const { control, query } = showPreviewPage();
    expect(control('against')?.textContent).toBe('Against mine: 1 cell');
    fireEvent.click(control('against')!);
    expect(query('[data-smo-differs]')).toBeNull();
  });

  it('tells why it failed, and looks again', async () => {
    const problem = {
      code: 'links.expired',
      message: 'It expired.',
      hint: 'Ask alice for a new one.',
      action: '',
      resource: '',
      statement: '',
      endpoint: ''
    };
    const { query, control, container, deeds } = showPreviewPage({
      shown: opening({ state: 'failed', preview: null, problem })
    });
    expect(query('[role="alert"]')?.dataset.smoCode).toBe('links.expired');
    control('retry')!.click();
    expect(deeds.look).toHaveBeenCalled();
    expect(await violations(container)).toEqual([]);
    const refused = showPreviewPage({
      shown: null,
      isOver: true,
      refusal: { ...problem, code: 'links.not_a_link' } as never
    });
    expect(refused.query('.smo-Shared-pasted')?.textContent).toContain('smo=snapshot');
  });

  it('says where what was opened is', async () => {
    const { query, control, container, deeds } = showPreviewPage({
      shown: opening({
        state: 'opened',
        opened: {
          how: 'beside',
          place: '/home/bob/shared/alice/x',
          contents: 'shared/alice/x/nb/a.ipynb',
          why: '',
          folder_contents: 'shared/alice/x',
          cell: 'c2',
          heading: '',
          run: '',
          install: 'pip install -r x'
        }
      })
    });
    expect(query('[data-smo-page]')?.dataset.smoState).toBe('opened');
    expect(query('.smo-Shared-will')?.textContent).toContain('/home/bob/shared/alice/x');
    control('open-again')!.click();
    control('folder')!.click();
    expect(deeds.openAgain).toHaveBeenCalled();
    expect(deeds.showFolder).toHaveBeenCalledWith('shared/alice/x');
    expect(await violations(container)).toEqual([]);
  });
});
