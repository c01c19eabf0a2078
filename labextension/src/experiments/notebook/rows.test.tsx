import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Panel, PanelLayout, Widget } from '@lumino/widgets';
import { act } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { KernelRun } from '../../api/types';
import { trans } from '../../testing/view';
import type { INotebookPanel } from './lab';
import { Rows } from './rows';
import type { ICellRuns, Watch } from './watch';

class Cell extends Widget {
  constructor(
    id: string,
    readonly ready: Promise<void> = Promise.resolve()
  ) {
    super();
    this.model = { id, type: 'code' };
    const layout = new PanelLayout();
    this.layout = layout;
    for (const part of ['input', 'output', 'foot']) {
      const widget = new Widget();
      widget.addClass(part);
      layout.addWidget(widget);
    }
  }

  readonly model: { id: string; type: string };

  get parts(): string[] {
    return [...(this.layout as PanelLayout).widgets].map(
      widget => widget.node.className.split(' ').at(-1) ?? ''
    );
  }
}

function shown(name: string): ICellRuns {
  const run = { id: 's.1', name, status: 'finished', cell: 'a', metric: '', commit: '' };
  return { runs: [run as KernelRun], values: [], trouble: null };
}

const WITH_ROW = ['input', 'output', 'smo-CellRow-place', 'foot'];

describe('rows below cells', () => {
  let notebook: Panel;
  let cells: Map<string, ICellRuns>;
  let watch: { cells: typeof cells; changed: Signal<object, void> };
  let edited: Signal<object, void>;
  let rows: Rows;

  beforeEach(() => {
    notebook = new Panel();
    Widget.attach(notebook, document.body);
    cells = new Map();
    watch = { cells, changed: null as never };
    watch.changed = new Signal(watch);
    edited = new Signal({});
    Object.defineProperty(notebook, 'modelContentChanged', { value: edited });
    rows = new Rows({
      watch: watch as unknown as Watch,
      panel: { content: notebook } as unknown as INotebookPanel,
      trans,
      open: vi.fn(),
      more: vi.fn()
    });
  });

  afterEach(() => {
    rows.dispose();
    notebook.dispose();
  });

  const settle = () =>
    act(async () => {
      await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
      MessageLoop.flush();
      await Promise.resolve();
    });
  const told = async (name: string | null) => {
    if (name === null) {
      cells.delete('a');
    } else {
      cells.set('a', shown(name));
    }
    watch.changed.emit();
    await settle();
  };

  it('stand above the foot of their cell, and nowhere else', async () => {
    const [cell, other] = [new Cell('a'), new Cell('b')];
    notebook.addWidget(cell);
    notebook.addWidget(other);
    await told('first');
    expect(cell.parts).toEqual(WITH_ROW);
    expect(other.parts).toEqual(['input', 'output', 'foot']);
    expect(cell.node.textContent).toContain('first');
    await told('second');
    expect(cell.parts).toEqual(WITH_ROW);
    expect(cell.node.textContent).toContain('second');
    await told(null);
    expect(cell.parts).toEqual(['input', 'output', 'foot']);
  });

  it('wait for a cell that is not drawn yet', async () => {
    let draw = () => {};
    const cell = new Cell('a', new Promise<void>(done => (draw = done)));
    notebook.addWidget(cell);
    await told('first');
    await told('second');
    expect(cell.parts).toHaveLength(3);
    draw();
    await settle();
    expect(cell.parts).toEqual(WITH_ROW);
    expect(cell.node.textContent).toContain('second');
  });

  it('come back with a cell that went out of sight', async () => {
    const cell = new Cell('a');
    notebook.addWidget(cell);
    await told('first');
    cell.parent = null;
    await told('second');
    notebook.addWidget(cell);
    await settle();
    expect(cell.node.textContent).toContain('second');
  });

  it('follow a cell that was moved, which is another widget then', async () => {
    const cell = new Cell('a');
    notebook.addWidget(cell);
    await told('first');
    cell.dispose();
    const moved = new Cell('a');
    notebook.addWidget(moved);
    edited.emit();
    await settle();
    expect(moved.parts).toEqual(WITH_ROW);
    expect(moved.node.textContent).toContain('first');
  });
});
