/** Puts the rows below the cells of a notebook, and nothing into its document. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { PanelLayout } from '@lumino/widgets';
import * as React from 'react';

import '../../../style/experiments-notebook.css';
import type { ICell, INotebookPanel } from './lab';
import { CellRow } from './row';
import type { ICellRuns, Watch } from './watch';

export interface IRowsOptions {
  watch: Watch;
  panel: INotebookPanel;
  trans: TranslationBundle;
  open(id: string): void;
  more(runs: ICellRuns['runs']): void;
}

export class Rows implements IDisposable {
  constructor(private readonly options: IRowsOptions) {
    options.watch.changed.connect(this._place, this);
    options.panel.content.modelContentChanged.connect(this._later, this);
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      cancelAnimationFrame(this._frame);
      this.options.watch.changed.disconnect(this._place, this);
      for (const row of this._rows.values()) {
        row.dispose();
      }
    }
  }

  /** A cell that was moved is another widget, and has lost its row. */
  private _later(): void {
    if (this._rows.size > 0 && this._frame === 0 && !this._disposed) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._place();
      });
    }
  }

  private _place(): void {
    const { watch, panel } = this.options;
    for (const [id, row] of this._rows) {
      if (row.isDisposed || !watch.cells.has(id)) {
        row.dispose();
        this._rows.delete(id);
      }
    }
    for (const [id, runs] of watch.cells) {
      const row = this._rows.get(id);
      if (row) {
        row.runs = runs;
        continue;
      }
      const cell = panel.content.widgets.find(one => one.model.id === id);
      if (cell && !this._waiting.has(cell)) {
        this._waiting.add(cell);
        void cell.ready.then(() => {
          this._waiting.delete(cell);
          this._put(cell);
        });
      }
    }
  }

  private _put(cell: ICell): void {
    const runs = this.options.watch.cells.get(cell.model.id);
    if (!runs || cell.isDisposed || this._disposed || this._rows.has(cell.model.id)) {
      return;
    }
    const row = new Row(this.options, runs);
    const layout = cell.layout as PanelLayout;
    layout.insertWidget(layout.widgets.length - 1, row); // the cell's foot stays last
    this._rows.set(cell.model.id, row);
  }

  private readonly _rows = new Map<string, Row>();
  private readonly _waiting = new Set<ICell>();
  private _frame = 0;
  private _disposed = false;
}

class Row extends ReactWidget {
  constructor(
    private readonly options: IRowsOptions,
    private _runs: ICellRuns
  ) {
    super();
    this.addClass('smo-CellRow-place');
    // Keys on its buttons are its own, not the notebook's.
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  set runs(runs: ICellRuns) {
    if (runs !== this._runs) {
      this._runs = runs;
      this.update();
    }
  }

  protected override render(): React.ReactElement {
    const { trans, open, more } = this.options;
    return (
      <CellRow
        {...this._runs}
        trans={trans}
        open={open}
        more={() => more(this._runs.runs)}
      />
    );
  }
}
