/** A comparison as a tab of JupyterLab's main area. */

import { Clipboard } from '@jupyterlab/apputils';
import { UUID } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';

import { experimentsIcon } from '../../shell/icons';
import { SeenWidget } from '../../shell/seen';
// Loaded with the page, not at the start.
import '../../../style/experiments-compare.css';
import type { IExperimentsRoom } from '../room';
import { NAME } from '../shown-columns';
import { textAt } from '../table/columns';
import type { Chosen } from '../table/selection';
import { byLetter, lettersOf } from './letters';
import { CompareModel } from './model';
import { ComparePage } from './page';
import type { ICompareDeeds } from './props';
import { compareFromJson, MOST, type ICompareView } from './view-state';
import { titleWords } from './words';

/** Asks while it is seen. */
export class CompareWidget extends SeenWidget {
  /**
   * @param runs - the page's ids
   * @param view - how it was looked at; anything
   */
  constructor(
    private readonly room: IExperimentsRoom,
    runs: readonly string[],
    view: unknown
  ) {
    super();
    const name = UUID.uuid4();
    this.id = `sm-onboard-compare-${name}`;
    this._look = `page-compare-${name.slice(0, 8)}`;
    this.addClass('smo-CompareWidget');
    this.node.tabIndex = -1; // may have the focus while there is nothing yet
    this.title.icon = experimentsIcon;
    this.title.closable = true;
    this._view = compareFromJson(view);
    const { app, model, page } = room;
    this._model = new CompareModel(app.serviceManager.serverSettings, model);
    this._deeds = this._made();
    this.runs = runs;
    this._model.changed.connect(this._onChanged, this);
    model.changed.connect(this.update, this);
    page.changed.connect(this._onPage, this);
    document.addEventListener('visibilitychange', this._onVisible);
  }

  /** Emits when what the layout keeps differs. */
  get kept(): ISignal<this, void> {
    return this._kept;
  }

  get view(): ICompareView {
    return this._view;
  }

  /** The page's ids, in the order of their letters. */
  get runs(): readonly string[] {
    return this._runs;
  }

  set runs(runs: readonly string[]) {
    const all = [...new Set(runs)];
    this._leftOut = Math.max(0, all.length - MOST);
    this._letter(all.slice(0, MOST));
  }

  override dispose(): void {
    if (!this.isDisposed) {
      document.removeEventListener('visibilitychange', this._onVisible);
      const { model, page } = this.room;
      model.changed.disconnect(this.update, this);
      page.changed.disconnect(this._onPage, this);
      this._see(false);
      this._model.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { _model: model, room } = this;
    const { deeds } = room;
    return (
      <ComparePage
        ids={this._runs}
        letters={this._letters}
        names={this._names()}
        compared={model.compared}
        packages={model.packages}
        packagesProblem={model.packagesProblem}
        code={model.code}
        problem={model.problem}
        late={model.late}
        view={this._view}
        leftOut={this._leftOut}
        runs={room.model.runs}
        tableView={room.page.view}
        chosen={room.page.chosen}
        trans={room.trans}
        deeds={Object.assign(this._deeds, {
          open: deeds.open,
          reproduce: deeds.reproduce,
          readCurves: deeds.readCurves
        })}
      />
    );
  }

  protected override onSeen(): void {
    this._onVisible();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const first = this.node.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]');
    (first ?? this.node).focus({ preventScroll: true });
  }

  private _made(): ICompareDeeds {
    const { deeds } = this.room;
    const model = this._model;
    return {
      set: more => {
        this._view = { ...this._view, ...more };
        this.update();
        this._kept.emit();
      },
      setRuns: ids => {
        this.runs = ids;
      },
      compareCode: pair => model.compareCode(pair),
      compareCodeAgain: pair => model.compareCodeAgain(pair),
      whole: (run, part, name) => model.whole(run, part, name),
      copy: text => Clipboard.copyToSystem(text),
      save: text => deeds.saveCsv(text),
      again: () => void model.refresh(),
      table: deeds
    };
  }

  private _letter(runs: readonly string[]): void {
    this._letters = lettersOf(runs, this.room.page.chosen, this._letters);
    const ordered = byLetter(runs, this._letters);
    if (ordered.join('\n') !== this._runs.join('\n')) {
      this._runs = ordered;
      this._model.setRuns(ordered);
      this._onVisible();
    }
    const letters = ordered.map(id => this._letters.get(id) ?? '');
    this.title.label = titleWords(letters, this.room.trans);
    this.update();
    this._kept.emit();
  }

  /** Kept while nothing in it differs, so that the heads are not drawn again. */
  private _names(): ReadonlyMap<string, string> {
    const { model, names } = this.room;
    const column = model.runs.columns.get(NAME);
    const found = new Map<string, string>();
    for (const id of this._runs) {
      const name = textAt(column, model.runs.rows.get(id) ?? -1) || names.get(id);
      if (name) {
        found.set(id, name);
      }
    }
    if ([...found].join('\n') !== [...this._known].join('\n')) {
      this._known = found;
    }
    return this._known;
  }

  private _onChanged(): void {
    for (const run of this._model.compared?.runs ?? []) {
      if (run.name !== '') {
        this.room.names.set(run.id, run.name);
      }
    }
    this._see(this._seen); // now their experiments are known
    this.update();
  }

  private _onPage(_: unknown, what: string): void {
    if (what === 'chosen') {
      this._letter(this._runs);
    } else {
      this.update();
    }
  }

  private readonly _onVisible = (): void => {
    if (!this.isDisposed) {
      this._see(this.isVisible && !document.hidden);
    }
  };

  /** The server reads the experiments of these runs while somebody sees the page. */
  private _see(seen: boolean): void {
    this._seen = seen;
    this._model.seen = seen;
    const { model } = this.room;
    if (!model.isDisposed) {
      const known = this._model.compared?.runs.map(run => run.experiment) ?? [];
      const experiments = [...new Set(known.filter(Boolean))].sort();
      model.look(this._look as `page-compare-${string}`, seen, experiments);
    }
  }

  private readonly _look: string;
  private readonly _model: CompareModel;
  private readonly _deeds: ICompareDeeds;
  private readonly _kept = new Signal<this, void>(this);
  private _view: ICompareView;
  private _runs: readonly string[] = [];
  private _letters: Chosen = new Map();
  private _known: ReadonlyMap<string, string> = new Map();
  private _leftOut = 0;
  private _seen = false;
}
