import { fireEvent } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';

import { RequestError } from '../../api/request';
import { compared, DIFF, row, showCompare } from '../../testing/compare';

// It draws on a canvas, which there is none of here; it has tests of its own.
vi.mock('../charts/curves', () => ({ Curves: () => null }));

const EVIL = '<img src=x onerror=alert(1)><script>alert(1)</script>';
const IDS = ['s.1', 's.2', 's.3'];
const ROWS = [
  row('metrics', 'auc', [0.8, 0.9, 'NaN']),
  row('params', EVIL, ['6', EVIL, '6'], { odd: [1] }),
  row('params', 'eta', ['1', '1', '1']),
  row('environment', 'image', ['a', null, 'a'], { unknown: [1], differs: true }),
  row('code', 'commit', ['4f2a9c1', 'b81d03e', '4f2a9c1'], { odd: [1] }),
  row('code', 'changed files', ['3', '0', '0'])
];
const CODE = {
  pair: ['s.3', 's.1'] as const,
  problem: null,
  diff: {
    ...DIFF,
    files: [
      {
        path: `${EVIL}.ipynb`,
        old: '',
        change: 'changed' as const,
        notebook: true,
        added: 1,
        removed: 1,
        why: '',
        hunks: [],
        same: 12,
        more: 0,
        cut: 0,
        cells: [
          {
            change: 'changed' as const,
            kind: 'code' as const,
            before: 5,
            after: 5,
            cut: 2,
            hunks: [
              {
                lines: [
                  { sign: ' ' as const, text: '%%track', before: 1, after: 1 },
                  { sign: '-' as const, text: 'eta = 0.04', before: 2, after: null },
                  { sign: '+' as const, text: EVIL, before: null, after: 2 }
                ]
              }
            ]
          }
        ]
      }
    ]
  }
};

describe('the page of a comparison', () => {
  it('shows only what differs, the odd one and the best; all of it on request', () => {
    const { query, all, view } = showCompare({ ids: IDS, compared: compared(IDS, ROWS) });
    const lines = () => all('[role="rowheader"]').map(one => one.textContent);
    expect(lines()).not.toContain('eta');
    expect(query('[data-smo-page]')?.textContent).toContain('1 the same is hidden');
    expect(all('[data-smo-odd]').map(one => one.dataset.smoRun)).toEqual(['s.2', 's.2']);
    expect(all('[data-smo-best]').map(one => one.dataset.smoRun)).toEqual(['s.2']);
    expect(query('[data-smo-page]')?.textContent).toContain('not known');
    expect(query('[data-smo-page]')?.textContent).toContain('+3 files');
    fireEvent.click(query('[data-smo-do="only-differences"]')!);
    expect(view().onlyDifferences).toBe(false);
    expect(lines()).toContain('eta');
  });

  it('draws what runs say as text', () => {
    const { container, query } = showCompare({
      ids: IDS,
      compared: compared(IDS, ROWS, { name: EVIL, person: EVIL }),
      code: CODE
    });
    expect(container.querySelector('img, script')).toBeNull();
    expect(query('[data-smo-code]')?.textContent).toContain(EVIL);
  });

  it('folds sections, turns, takes runs away and opens them', () => {
    const shown = showCompare({ ids: IDS, compared: compared(IDS, ROWS) });
    const { query, all, deeds, view } = shown;
    const rows = all('[role="row"]').length;
    fireEvent.click(all('[data-smo-do="fold"]')[0]!);
    expect(view().folded).toEqual(['metrics']);
    expect(all('[role="row"]').length).toBe(rows - 1);
    fireEvent.click(query('[data-smo-do="turn"]')!);
    expect(query('[role="grid"]')?.getAttribute('aria-colcount')).toBe('4');
    fireEvent.click(all('[data-smo-do="remove"]')[1]!);
    expect(deeds.setRuns).toHaveBeenCalledWith(['s.1', 's.3']);
    fireEvent.click(all('[data-smo-do="open"]')[2]!);
    expect(deeds.open).toHaveBeenCalledWith('s.3');
    fireEvent.click(query('[data-smo-do="reproduce"]')!);
    expect(deeds.reproduce).toHaveBeenCalledWith('s.1');
    fireEvent.click(query('[data-smo-do="csv"]')!);
    expect(deeds.save.mock.calls[0]?.[0]).toMatch(/^part,name,A run s\.1/u);
  });

  it('compares the code of the last run and the first, told by signs and words', () => {
    const { query, all, deeds } = showCompare({
      ids: IDS,
      compared: compared(IDS, ROWS),
      code: CODE
    });
    expect(deeds.compareCode).toHaveBeenLastCalledWith(['s.3', 's.1']);
    expect(
      all('[data-smo-code] [data-smo-line]').map(one => one.dataset.smoLine)
    ).toEqual([' ', '-', '+']);
    const told = query('[data-smo-code]')?.textContent ?? '';
    for (const words of ['1 file, +1 −1', 'cell 5', 'removed eta', '12 cells the same']) {
      expect(told).toContain(words);
    }
    expect(query('[data-smo-cut]')?.dataset.smoCut).toBe('2');
    fireEvent.click(query('[data-smo-do="swap"]')!);
    expect(deeds.compareCode).toHaveBeenLastCalledWith(['s.1', 's.3']);
    expect(query('[data-smo-code-state]')?.dataset.smoCodeState).toBe('working');
  });

  it('says what could not be read, and tries again', () => {
    const problem = new RequestError('x.no', 'No store.', 'Wait.');
    const { query, deeds, again } = showCompare({ ids: IDS, problem });
    expect(query('[role="alert"]')?.textContent).toContain('No store.');
    fireEvent.click(query('[data-smo-do="again"]')!);
    expect(deeds.again).toHaveBeenCalled();
    again({ problem: null });
    expect(query('[data-smo-room-state="loading"]')).not.toBeNull();
    const trouble = { code: 'x', message: 'Run gone.', hint: '', statement: '' };
    again({ compared: compared(IDS, ROWS, { problem: trouble as never }), problem });
    expect(query('.smo-Values-trouble')?.textContent).toContain('Run gone.');
    expect(query('[data-smo-notes="1"]')?.textContent).toContain('read before');
    again({ code: { pair: ['s.3', 's.1'], diff: null, problem } });
    fireEvent.click(query('[data-smo-code] [data-smo-do="again"]')!);
    expect(deeds.compareCodeAgain).toHaveBeenCalledWith(['s.3', 's.1']);
  });

  it('waits for runs where there are none, and compares no code of one', () => {
    const { query, again } = showCompare({ ids: [] });
    expect(query('[data-smo-room-state="empty"]')?.textContent).toContain('press C');
    again({ ids: ['s.1'], compared: compared(['s.1'], []) });
    expect(query('[data-smo-code]')).toBeNull();
  });

  it('goes through its cells with the arrow keys, with one tab stop', () => {
    const { all, query } = showCompare({ ids: IDS, compared: compared(IDS, ROWS) });
    const grid = query('[role="grid"]')!;
    const stops = () => all('[role="grid"] [tabindex="0"]');
    expect(stops()).toHaveLength(1);
    stops()[0]!.focus();
    fireEvent.keyDown(document.activeElement!, { key: 'ArrowDown' });
    fireEvent.keyDown(document.activeElement!, { key: 'ArrowRight' });
    expect(grid.contains(document.activeElement)).toBe(true);
    expect(stops()).toEqual([document.activeElement]);
  });

  it('has nothing that axe finds', async () => {
    const { container } = showCompare({
      ids: IDS,
      compared: compared(IDS, ROWS),
      code: CODE
    });
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});
