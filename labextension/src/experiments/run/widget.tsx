/** The page of one run as a tab of JupyterLab's main area. */

import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { experimentsIcon } from '../../shell/icons';
import { SeenWidget } from '../../shell/seen';
// Loaded with the page, not at the start.
import '../../../style/experiments-run.css';
import '../../../style/experiments-training.css';
import { BY_PERSON, COMMANDS as LINKS } from '../../links/commands';
import type { IExperimentsRoom } from '../room';
import { choose } from '../table/selection';
import { JobModel } from '../training/model';
import { IS_JOB } from '../training/words';
import { RunModel } from './model';
import { RunPage } from './page';
import type { IRunDeeds } from './props';
import { lastPart } from '../../shell/sizes';

/** Asks while it is seen. */
export class RunWidget extends SeenWidget {
  /**
   * @param run - the page's id
   * @param name - what the tab is called until the run was read
   */
  constructor(
    private readonly room: IExperimentsRoom,
    readonly run: string,
    name: string
  ) {
    super();
    this.id = `sm-onboard-run-${run}`;
    this.addClass('smo-RunWidget');
    this.node.tabIndex = -1; // may have the focus while there is nothing yet
    this.title.label = name || run.slice(run.indexOf('.') + 1).slice(0, 12);
    this.title.icon = experimentsIcon;
    this.title.closable = true;
    const { app, model } = room;
    this._model = new RunModel(run, app.serviceManager.serverSettings, model);
    this._model.changed.connect(this._onChanged, this);
    this._deeds = this._made();
    document.addEventListener('visibilitychange', this._onVisible);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      document.removeEventListener('visibilitychange', this._onVisible);
      this._look(false);
      this._model.dispose();
      this._job?.dispose();
      super.dispose();
    }
  }

  protected override render(): React.ReactElement {
    const { _model: model, room } = this;
    const { reproduce } = room.deeds;
    return (
      <RunPage
        id={this.run}
        shown={model.shown}
        kept={model.kept}
        keptProblem={model.keptProblem}
        notebook={model.notebook}
        notebookProblem={model.notebookProblem}
        curves={model.curves}
        job={this._job?.shown ?? null}
        problem={model.problem}
        gone={model.gone}
        late={model.late}
        markdown={room.markdown}
        trans={room.trans}
        deeds={{ ...this._deeds, reproduce: reproduce && (() => reproduce(this.run)) }}
      />
    );
  }

  protected override onSeen(): void {
    this._onVisible();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.room.page.current = this.run;
    const main = this.node.querySelector<HTMLElement>('.smo-Run-main');
    (main ?? this.node).focus({ preventScroll: true });
  }

  private _made(): IRunDeeds {
    const { room, run, _model: model } = this;
    const { app, deeds, page } = room;
    return {
      table: () => room.openTable(model.shown ? [model.shown.experiment] : []),
      compare: () => {
        deeds.choose(choose(page.chosen, [run]));
        room.openTable(
          model.shown ? [...room.model.experiments, model.shown.experiment] : []
        );
      },
      openNotebook: path => void app.commands.execute('docmanager:open', { path }),
      copyLink: () => {
        const name = model.shown?.name ?? '';
        void app.commands.execute(LINKS.copyRun, { ...BY_PERSON, id: run, name });
      },
      openRun: id => deeds.open?.(id),
      menu: (x, y) => deeds.menu(run, x, y),
      setTags: tags => model.setTags(tags),
      whole: (part, name) => model.whole(part, name),
      files: folder => model.files(folder),
      file: path => model.file(path, 'show'),
      save: async path => {
        const { base64 } = await model.file(path, 'save');
        download(base64, lastPart(path));
      },
      copy: text => Clipboard.copyToSystem(text),
      again: () => void model.refresh(),
      job: {
        refresh: () => void this._job?.refresh(),
        showLogs: open => this._job?.showLogs(open),
        moreLogs: () => this._job?.moreLogs(),
        plan: () => void this._job?.plan(),
        start: () => void this._job?.start(),
        forget: () => this._job?.forget(),
        copy: text => Clipboard.copyToSystem(text)
      }
    };
  }

  /** Shows the job's logs, or what starting it again would ask; once the run was read. */
  showJob(what: 'logs' | 'again'): void {
    this._wish = what;
    this._followJob();
  }

  private _followJob(): void {
    const { shown } = this._model;
    if (!shown) {
      return;
    }
    if (!this._job && IS_JOB.test(shown.job)) {
      const { serverSettings } = this.room.app.serviceManager;
      this._job = new JobModel(this.run, serverSettings);
      this._job.changed.connect(this.update, this);
      this._job.seen = this._seen;
    }
    this.room.jobs.set(this.run, this._job !== null);
    const wish = this._wish;
    this._wish = null;
    if (wish && !this._job) {
      Notification.info(this.room.trans.__('This run was in no training job.'), {
        autoClose: 5000
      });
    } else if (wish) {
      void this._grant(wish);
    }
  }

  private async _grant(wish: 'logs' | 'again'): Promise<void> {
    if (wish === 'again') {
      void this._job?.plan();
    } else if (!this._job?.shown.logs) {
      this._job?.showLogs(true);
    }
    this.update();
    await this.renderPromise;
    const part = this.node.querySelector('[data-smo-part="job"]');
    part?.scrollIntoView?.({ block: 'start' });
    if (wish === 'logs') {
      part?.querySelector<HTMLElement>('[data-smo-do="job-logs"]')?.focus();
    }
  }

  private _onChanged(): void {
    this._followJob();
    const name = this._model.shown?.name;
    if (name) {
      this.title.label = name;
      this.room.names.set(this.run, name);
    }
    this.update();
  }

  private readonly _onVisible = (): void => {
    if (!this.isDisposed) {
      this._look(this.isVisible && !document.hidden);
    }
  };

  private _look(seen: boolean): void {
    this._seen = seen;
    this._model.seen = seen;
    if (this._job) {
      this._job.seen = seen;
    }
    const { model } = this.room;
    if (!model.isDisposed) {
      model.look(`run-${this.run}`, seen);
    }
  }

  private readonly _model: RunModel;
  private readonly _deeds: IRunDeeds;
  private _job: JobModel | null = null;
  private _wish: 'logs' | 'again' | null = null;
  private _seen = false;
}

/** Saves bytes as one of the person's downloads, whatever they are: never opened as a page. */
function download(base64: string, name: string): void {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  const blob = new Blob([bytes], { type: 'application/octet-stream' });
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
