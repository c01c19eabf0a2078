import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { KernelRun } from '../../api/types';
import { trans } from '../../testing/view';
import { CellRow, type ICellRowProps } from './row';
import { codeWords } from './words';

const RUN: KernelRun = {
  id: 's.1',
  experiment: 's.0',
  name: 'eta-sweep-14',
  status: 'running',
  cell: 'a',
  started: 1,
  ended: null,
  metric: 'val_auc',
  value: 0.871,
  commit: `4f2a9c1${'0'.repeat(33)}`,
  changed: 2,
  snapshot: true,
  notebook: false
};

function props(more: Partial<ICellRowProps> = {}): ICellRowProps {
  return {
    runs: [RUN],
    values: [],
    trouble: null,
    trans,
    open: vi.fn(),
    more: vi.fn(),
    ...more
  };
}

afterEach(cleanup);

describe('the row below a cell', () => {
  it('says what is recorded, and opens the run', () => {
    const given = props({ values: [0.7, 0.8] });
    const { container } = render(<CellRow {...given} />);
    const text = container.textContent;
    expect(text).toContain('eta-sweep-14 recording');
    expect(text).toContain('val_auc 0.8710');
    expect(text).toContain('code 4f2a9c1 + 2 changed files kept');
    expect(container.querySelector('.smo-Sparkline')).not.toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Open run eta-sweep-14' }));
    expect(given.open).toHaveBeenCalledWith('s.1');
  });

  it('is heard once, when the run is over', () => {
    const { rerender } = render(<CellRow {...props()} />);
    expect(screen.getByRole('status').textContent).toBe('');
    rerender(<CellRow {...props({ runs: [{ ...RUN, status: 'finished' }] })} />);
    expect(screen.getByRole('status').textContent).toBe(
      'eta-sweep-14, recorded, val_auc 0.8710'
    );
    const later = { ...RUN, status: 'finished' as const, value: 0.9 };
    rerender(<CellRow {...props({ runs: [later] })} />);
    expect(screen.getByRole('status').textContent).toContain('0.8710');
  });

  it('of several runs shows the last, and leads to the others', () => {
    const given = props({ runs: [RUN, { ...RUN, id: 's.2' }, { ...RUN, id: 's.3' }] });
    render(<CellRow {...given} />);
    fireEvent.click(screen.getByText('+ 2 more'));
    expect(given.more).toHaveBeenCalledOnce();
  });

  it('takes a name for text', () => {
    const name = '<img src=x onerror=alert(1)>';
    const { container } = render(<CellRow {...props({ runs: [{ ...RUN, name }] })} />);
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain(name);
  });

  it('says why the notebook is not kept', () => {
    const trouble = { why: 'refused', message: 'No files here.', hint: 'h' } as const;
    const { container } = render(<CellRow {...props({ trouble })} />);
    expect(container.textContent).toContain('The notebook was not kept. No files here.');
  });

  it.each([
    [{}, 'code 4f2a9c1 + 2 changed files kept'],
    [{ changed: 1 }, 'code 4f2a9c1 + 1 changed file kept'],
    [{ changed: 0 }, 'code 4f2a9c1'],
    [{ changed: null }, 'code 4f2a9c1'],
    [{ snapshot: false }, 'code 4f2a9c1, 2 changed files not kept'],
    [{ commit: '' }, 'code kept'],
    [{ commit: '', snapshot: false }, '']
  ])('tells the code of %j', (more, words) => {
    expect(codeWords({ ...RUN, ...more }, trans)).toBe(words);
  });
});
