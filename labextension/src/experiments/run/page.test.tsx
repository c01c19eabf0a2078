import { act, fireEvent } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';

import { RequestError } from '../../api/request';
import type { Curve, Notebook } from '../../api/types';
import { content, KEPT, RUN, showRun } from '../../testing/run';
import { firstCurves } from './curves-part';
import { NOTE, readTag, tagWords } from '../tagging/words';
import { sizeWords } from '../../shell/sizes';
import { trans } from '../../testing/view';

// It draws on a canvas, which there is none of here; it has tests of its own.
vi.mock('../charts/curves', () => ({ Curves: () => null }));

const EVIL = '<img src=x onerror=alert(1)><script>alert(1)</script>';
const REFUSED = new RequestError('experiments.store_refused', 'You may not.', 'Ask.');

const BOOK: Notebook = {
  language: 'python',
  more: true,
  cells: [
    {
      id: 'm',
      kind: 'markdown',
      source: `# ${EVIL}`,
      count: null,
      outputs: [],
      more: false
    },
    {
      id: 'c',
      kind: 'code',
      source: '1/0',
      count: 4,
      more: false,
      outputs: [
        { kind: 'text', text: 'x\n'.repeat(100), media: '', base64: '', more: true },
        { kind: 'error', text: 'ZeroDivisionError', media: '', base64: '', more: false },
        {
          kind: 'image',
          text: 'A plot',
          media: 'image/png',
          base64: 'aGk=',
          more: false
        },
        { kind: 'image', text: '', media: 'image/svg+xml', base64: 'aGk=', more: false },
        { kind: 'other', text: '', media: 'text/html', base64: '', more: false }
      ]
    }
  ]
};

const FULL = {
  shown: {
    ...RUN,
    name: EVIL,
    note: EVIL,
    tags: [{ name: EVIL, value: 'x', more: false }],
    params: [
      { name: 'eta', value: EVIL, more: false },
      { name: 'long', value: 'x'.repeat(1000), more: true }
    ],
    metrics: [
      { name: 'auc', value: 0.8904 },
      { name: 'loss', value: 'NaN' as const }
    ],
    datasets: [
      {
        name: EVIL,
        digest: 'abcdef',
        source: 's3://bucket/x',
        version: 'v1',
        context: 'training',
        size: 2_400_000
      }
    ],
    code: {
      ...RUN.code,
      repository: EVIL,
      commit: '4f2a9c1'.padEnd(40, '0'),
      changed: 2,
      snapshot: 's1',
      notebook: 'nb/eda.ipynb',
      cell: 'c'
    },
    environment: { ...RUN.environment, python: '3.12', seed: '7' },
    job: 'arn:aws:sagemaker:eu-west-1:1:training-job/churn',
    children: [{ id: 's.2', name: 'fold', status: 'failed' as const, started: 1 }],
    repeats: { id: '', name: 'gone', status: null, started: null }
  },
  kept: {
    ...KEPT,
    snapshot: true,
    packages: 342,
    files: [
      { path: 'plots', folder: true, size: null },
      { path: `${EVIL.replaceAll('/', '_')}.txt`, folder: false, size: 12 }
    ],
    changed: [{ path: 'train.py', change: 'changed' as const, size: 1 }],
    left_out: [{ path: 'raw.parquet', why: 'large', size: 412_000_000 }],
    missing: [EVIL],
    notebook: {
      kept: 'sm-onboard/notebook.ipynb',
      executed: true,
      here: '',
      why: 'Gone.'
    }
  },
  notebook: content({ kind: 'notebook', notebook: BOOK }),
  curves: [curve('auc', [0.5, 0.8]), curve('loss', [9, 'NaN'])]
};

function curve(metric: string, values: Curve['values']): Curve {
  const steps = values.map((_, index) => index);
  return {
    run: 's.1',
    metric,
    steps,
    times: steps,
    values,
    total: values.length,
    sampled: false,
    evenly: false
  };
}

describe('the page of a run', () => {
  it('shows everything as text, and can be read by everybody', async () => {
    const { container, query } = showRun(FULL);
    await act(async () => undefined);
    expect(container.querySelectorAll('script, svg image, iframe, object')).toHaveLength(
      0
    );
    const pictures = [...container.querySelectorAll('img')];
    expect(pictures.map(one => one.getAttribute('src'))).toEqual([
      'data:image/png;base64,aGk='
    ]);
    expect(query('h1')?.textContent).toBe(EVIL);
    expect(query('[data-smo-value="loss"]')?.textContent).toContain('NaN');
    expect(query('[data-smo-part="code"]')?.textContent).toContain('1 changed');
    expect(query('[data-smo-part="code"]')?.textContent).toContain('over the limit');
    expect(query('[data-smo-part="code"] a')).toBeNull();
    expect(query('[data-smo-cell="c"]')?.dataset.smoMarked).toBe('true');
    expect(query('[data-smo-cell="c"]')?.textContent).toContain('the run began here');
    expect(query('aside')?.textContent).toContain('as it ran, cells 4');
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    expect(violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
  });

  it('says who has not answered, what failed, and keeps what was read', () => {
    const { query, again, control, deeds } = showRun({ shown: null, kept: null });
    expect(query('[data-smo-room-state="loading"]')?.textContent).toBe('');
    again({ late: true });
    expect(query('[role=status]')?.textContent).toContain('has not answered for 3 s');
    again({ late: false, problem: REFUSED });
    expect(query('[role=alert]')?.textContent).toContain('You may not.');
    control('again').click();
    expect(deeds.again).toHaveBeenCalled();
    again({ shown: RUN, problem: REFUSED, gone: true });
    expect(query('[data-smo-room-state="gone"]')?.textContent).toContain('no longer');
    expect(query('h1')?.textContent).toBe('eager-heron');
  });

  it('says aloud that a run has ended, and nothing before', () => {
    const { query, again } = showRun({
      shown: { ...RUN, status: 'running', ended: null }
    });
    expect(query('[data-smo-heard]')?.textContent).toBe('');
    again({ shown: RUN });
    expect(query('[data-smo-heard]')?.textContent).toBe('Finished');
  });

  it('leads on: to the table, to others, to the notebook, to reproducing', async () => {
    const here = { kept: '', executed: false, here: 'churn/eda.ipynb', why: '' };
    const { control, deeds, again, click } = showRun(FULL);
    expect(control('open-notebook').disabled).toBe(true);
    expect(control('open-notebook').title).toBe('Open notebook: Gone.');
    again({ kept: { ...KEPT, notebook: here } });
    for (const name of [
      'open-notebook',
      'to-table',
      'compare-with',
      'reproduce',
      'menu'
    ]) {
      await click(control(name));
    }
    await click('[data-smo-list="children"] [data-smo-do="open-other"]');
    expect(deeds.openNotebook).toHaveBeenCalledWith('churn/eda.ipynb');
    expect(deeds.table).toHaveBeenCalled();
    expect(deeds.compare).toHaveBeenCalled();
    expect(deeds.reproduce).toHaveBeenCalled();
    expect(deeds.menu).toHaveBeenCalled();
    expect(deeds.openRun).toHaveBeenCalledWith('s.2');
  });

  it('gets all of a long value when it is asked for', async () => {
    const { query, deeds, click } = showRun(FULL);
    const row = '[data-smo-value="long"]';
    expect(query(row)!.textContent.length).toBeLessThan(300);
    await click(`${row} [data-smo-do="whole"]`);
    expect(deeds.whole).toHaveBeenCalledWith('params', 'long');
    expect(query(`${row} pre`)?.textContent).toBe('all of it');
    await click(`${row} [data-smo-do="copy-value"]`);
    expect(deeds.copy).toHaveBeenCalledWith('all of it');
    await click(`${row} [data-smo-do="less"]`);
    deeds.whole.mockRejectedValueOnce(REFUSED);
    await click(`${row} [data-smo-do="whole"]`);
    expect(query(`${row} [role=alert]`)?.textContent).toBe('You may not.');
  });

  it('searches where there is much', () => {
    const params = Array.from({ length: 70 }, (_, index) => ({
      name: `p${index}`,
      value: '1',
      more: false
    }));
    const { container, query } = showRun({ shown: { ...RUN, params } });
    const rows = () => container.querySelectorAll('[data-smo-part="params"] tr').length;
    expect(rows()).toBe(60);
    fireEvent.click(query('[data-smo-do="all-params"]')!);
    expect(rows()).toBe(70);
    fireEvent.change(query('input[type=search]')!, { target: { value: 'P6' } });
    expect(rows()).toBe(11);
    fireEvent.change(query('input[type=search]')!, { target: { value: 'none' } });
    expect(query('[data-smo-part="params"]')?.textContent).toContain(
      'None is called so.'
    );
    fireEvent.keyDown(query('input[type=search]')!, { key: 'Escape' });
    expect(rows()).toBe(70);
  });
});

describe('tags and note', () => {
  it('sets a tag, takes it away, and undoes that', async () => {
    const tags = [{ name: 'team', value: 'A', more: false }];
    const { query, control, deeds, click, again } = showRun({ shown: { ...RUN, tags } });
    await click(control('add-tag'));
    const field = query('[data-smo-do="new-tag"]')!;
    fireEvent.change(field, { target: { value: 'candidate' } });
    await act(async () => fireEvent.keyDown(field, { key: 'Enter' }));
    expect(deeds.setTags).toHaveBeenLastCalledWith({ candidate: '' });
    expect(document.activeElement).toBe(control('add-tag'));
    await click(control('untag'));
    expect(deeds.setTags).toHaveBeenLastCalledWith({ team: null });
    again({ shown: RUN });
    expect(query('[data-smo-told]')?.textContent).toBe('Tag team is taken away.');
    expect(document.activeElement).toBe(control('undo-tag'));
    await click(control('undo-tag'));
    expect(deeds.setTags).toHaveBeenLastCalledWith({ team: 'A' });
  });

  it('writes back all of a long value that is undone', async () => {
    const tags = [{ name: 'long', value: 'x', more: true }];
    const { control, deeds, click } = showRun({ shown: { ...RUN, tags } });
    await click(control('untag'));
    await click(control('undo-tag'));
    expect(deeds.setTags).toHaveBeenLastCalledWith({ long: 'all of it' });
  });

  it('says why a tag was refused, and keeps what was typed', async () => {
    const { query, control, deeds, click } = showRun();
    deeds.setTags.mockRejectedValueOnce(REFUSED);
    await click(control('add-tag'));
    const field = query('[data-smo-do="new-tag"]') as HTMLInputElement;
    fireEvent.change(field, { target: { value: 'a=b' } });
    await act(async () => fireEvent.keyDown(field, { key: 'Enter' }));
    expect(query('[role=alert]')?.textContent).toContain('You may not. Ask.');
    expect(field.value).toBe('a=b');
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(query('[data-smo-do="new-tag"]')).toBeNull();
  });

  it('edits the note in place: Ctrl+Enter saves, Esc leaves it as it was', async () => {
    const shown = { ...RUN, note: 'old' };
    const { query, control, deeds, click } = showRun({ shown });
    await click(control('edit-note'));
    fireEvent.change(query('textarea')!, { target: { value: 'new' } });
    fireEvent.keyDown(query('textarea')!, { key: 'Escape' });
    expect(deeds.setTags).not.toHaveBeenCalled();
    expect(query('blockquote')?.textContent).toBe('old');
    expect(document.activeElement).toBe(control('edit-note'));
    await click(control('edit-note'));
    fireEvent.change(query('textarea')!, { target: { value: 'new' } });
    deeds.setTags.mockRejectedValueOnce(REFUSED);
    const save = () =>
      act(async () =>
        fireEvent.keyDown(query('textarea')!, { key: 'Enter', ctrlKey: true })
      );
    await save();
    expect(query('[role=alert]')?.textContent).toContain('You may not.');
    expect((query('textarea') as HTMLTextAreaElement).value).toBe('new');
    await save();
    expect(deeds.setTags).toHaveBeenLastCalledWith({ [NOTE]: 'new' });
    expect(query('textarea')).toBeNull();
  });

  it('edits all of a long note, and an empty one takes it away', async () => {
    const shown = { ...RUN, note: 'beginning', note_more: true };
    const { query, control, deeds, click } = showRun({ shown });
    await click(control('edit-note'));
    expect((query('textarea') as HTMLTextAreaElement).value).toBe('all of it');
    fireEvent.change(query('textarea')!, { target: { value: ' ' } });
    await click(control('save-note'));
    expect(deeds.setTags).toHaveBeenLastCalledWith({ [NOTE]: null });
  });
});

describe('files', () => {
  it('are looked at and saved; a folder is read when it is opened', async () => {
    const { query, deeds, click, control } = showRun(FULL);
    deeds.files.mockResolvedValueOnce({
      files: [{ path: 'plots/roc.png', folder: false, size: 1 }],
      cut: 3
    });
    await click('[data-smo-file="plots"]');
    expect(deeds.files).toHaveBeenCalledWith('plots');
    expect(query('[data-smo-part="files"]')?.textContent).toContain('and 3 more');
    await click('[data-smo-file="plots/roc.png"]');
    expect(query('[data-smo-preview]')?.textContent).toContain('hello');
    deeds.save.mockRejectedValueOnce(REFUSED);
    await click(control('save-file'));
    expect(query('[data-smo-preview] [role=alert]')?.textContent).toContain(
      'You may not.'
    );
    fireEvent.keyDown(query('[data-smo-preview]')!, { key: 'Escape' });
    expect(query('[data-smo-preview]')).toBeNull();
    await click(control('files-top'));
    expect(query('[data-smo-file="plots"]')).not.toBeNull();
  });

  it('of every kind', async () => {
    const kinds = [
      content({
        kind: 'table',
        rows: [
          ['a', EVIL],
          ['1', '2']
        ],
        more: true
      }),
      content({ kind: 'image', media: 'image/png', base64: 'aGk=' }),
      content({ kind: 'image', media: 'image/svg+xml', base64: 'aGk=' }),
      content({ kind: 'json', text: '{}' }),
      content({ kind: 'notebook', notebook: BOOK }),
      content({ kind: 'binary' }),
      content({ kind: 'large', size: null })
    ];
    for (const one of kinds) {
      const { query, container, deeds, click } = showRun(FULL);
      deeds.file.mockResolvedValueOnce(one);
      await click('[data-smo-part="files"] [data-smo-file$=".txt"]');
      expect(query('[data-smo-preview]')?.dataset.smoPreview).toBe(one.kind);
      expect(container.querySelectorAll('script, iframe')).toHaveLength(0);
      expect(query('[data-smo-preview] img[src*="svg"]')).toBeNull();
    }
  });

  it('are not there as a whole, or in part, and the page says so', () => {
    const { query, again } = showRun({ kept: null });
    expect(query('[data-smo-part="files"]')?.textContent).toContain('Reading');
    again({ keptProblem: REFUSED });
    expect(query('[data-smo-part="files"]')?.textContent).toContain('You may not.');
    const problem = {
      code: 'x',
      message: 'Slow.',
      hint: '',
      action: '',
      resource: '',
      statement: '',
      endpoint: ''
    };
    again({ kept: { ...KEPT, problems: [{ part: 'snapshot', problem }] } });
    expect(query('[data-smo-part="files"]')?.textContent).toContain('Slow.');
  });
});

describe('small things', () => {
  it('draws at first what shares a scale', () => {
    const near = [curve('a', [0.5, 0.9]), curve('b', [0.6, 0.8])];
    expect(firstCurves([curve('lift', [1, 400]), ...near])).toEqual(['a', 'b']);
    expect(firstCurves([])).toEqual([]);
    expect(firstCurves([curve('none', ['NaN', 'NaN'])])).toHaveLength(0);
  });

  it('reads tags as they are typed', () => {
    expect(readTag(' a ')).toEqual(['a', '']);
    expect(readTag('a=b=c')).toEqual(['a', 'b=c']);
    expect(readTag('team: A')).toEqual(['team', 'A']);
    expect(readTag(' ')).toBeNull();
    expect(tagWords('a', 'true')).toBe('a');
    expect(tagWords('a', 'b')).toBe('a: b');
  });

  it('says sizes', () => {
    const sizes = [0, 999, 1000, 2_400_000, 999_700, 412_000_000, 5e15];
    expect(sizes.map(size => sizeWords(size, trans))).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '2.4 MB',
      '1.0 MB',
      '412 MB',
      '5000 TB'
    ]);
  });
});
