/** One link that is made: saved, asked for, confirmed, copied. No React, no DOM. */

import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Following } from '../../api/following';
import { request, RequestError } from '../../api/request';
import type {
  LinkAsked,
  LinkMaking,
  LinkStanding,
  MadeLink,
  NotebookPage
} from '../../api/types';
import type { Saving } from '../../experiments/notebook/saving';
import { asked, FIRST, type IForm, type ITarget } from './target';

/** What there is of a list or a page that was asked for besides. */
export type Besides<T> =
  | { readonly state: 'none' | 'asking' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly error: RequestError };

/** Of the last link: `waits` until the browser has said whether it was copied. */
export type Copied = 'waits' | 'yes' | 'no';

export interface IMakingOptions {
  serverSettings: ServerConnection.ISettings;
  /** Jupyter's event stream; what comes from it is not trusted. */
  events: ISignal<unknown, unknown>;
  /** null: only the person's own links are looked at. */
  target: ITarget | null;
  /** Where this JupyterLab is, up to `/lab`. */
  base: string;
  /** Saves the target where it is open and has changes. */
  save(): Promise<Saving>;
  /** Copies a text that comes later; answers whether it was. */
  copyLater(text: Promise<string>): Promise<boolean>;
  copyNow(text: string): Promise<boolean>;
  /** Saves a page as one of the person's downloads. */
  download(page: NotebookPage): void;
}

export class MakingModel implements IDisposable {
  constructor(private readonly options: IMakingOptions) {
    const { serverSettings, events } = options;
    this._following = new Following<LinkMaking>({
      events,
      room: 'links',
      part: 'makings',
      working: ['looking', 'making'],
      waiting: ['asks'],
      get: id =>
        request(serverSettings, 'get', '/links/makings/{id}', { params: { id } }),
      drop: id =>
        request(serverSettings, 'delete', '/links/makings/{id}', { params: { id } })
    });
    this._following.changed.connect(this._onFollowed, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get target(): ITarget | null {
    return this.options.target;
  }

  get shown(): LinkMaking | null {
    return this._following.shown;
  }

  get refusal(): RequestError | null {
    return this._following.refusal;
  }

  get late(): boolean {
    return this._following.late;
  }

  get isUnderWay(): boolean {
    return this._isSaving || this._following.isUnderWay;
  }

  get isOver(): boolean {
    return !this.isUnderWay && this._following.isOver;
  }

  /** What can be linked to, as it was told last. */
  get standing(): LinkStanding | null {
    return this._standing;
  }

  /** How the file was saved before the link was made; null: not tried yet. */
  get saving(): Saving | null {
    return this._saving;
  }

  get copied(): Copied {
    return this._copied;
  }

  get form(): IForm {
    return this._form;
  }

  /** The form says something else than the link that was made. */
  get isOther(): boolean {
    const { target } = this;
    if (!target || !this._asked) {
      return true;
    }
    const wanted = asked(target, this._form, this.options.base, false);
    const was = { ...this._asked, push: false };
    was.kind = this.shown?.made?.kind ?? was.kind;
    return JSON.stringify(wanted) !== JSON.stringify(was);
  }

  get made(): Besides<readonly MadeLink[]> {
    return this._made;
  }

  get page(): Besides<NotebookPage> {
    return this._page;
  }

  get isDisposed(): boolean {
    return this._following.isDisposed;
  }

  choose(more: Partial<IForm>): void {
    this._form = { ...this._form, ...more };
    this._changed.emit();
  }

  /** Makes the link that the form says, and copies it. Only after the person's own click. */
  make(push = false): void {
    const number = (this._number += 1);
    this._copied = 'waits';
    void this.options.copyLater(this._link(number, push)).then(copied => {
      if (number === this._number && !this.isDisposed) {
        this._copied = copied ? 'yes' : 'no';
        this._changed.emit();
      }
    });
  }

  /** Copies the link that was made. */
  async copy(): Promise<void> {
    const link = this.shown?.made?.link;
    if (link !== undefined) {
      this._copied = (await this.options.copyNow(link)) ? 'yes' : 'no';
      this._changed.emit();
    }
  }

  /** The person has seen what looks like a secret, and sends all the same. */
  async confirm(): Promise<void> {
    const { id, looked, state } = this.shown ?? {};
    if (id === undefined || looked === undefined || state !== 'asks') {
      return;
    }
    const given = { params: { id }, body: { looked } };
    await this._following.act(() =>
      request(this.options.serverSettings, 'post', '/links/makings/{id}/confirm', given)
    );
  }

  async cancel(): Promise<void> {
    this._number += 1;
    this._isSaving = false;
    await this._following.cancel();
  }

  /** @param secrets - the person has seen what looks like a secret, and wants the page */
  async savePage(secrets = false): Promise<void> {
    const contents = this.target?.contents ?? '';
    this._page = { state: 'asking' };
    this._changed.emit();
    try {
      await this._save();
      const value = await request(this.options.serverSettings, 'post', '/links/page', {
        body: { contents, outputs: true, secrets }
      });
      if (this.isDisposed) {
        return;
      }
      this._page = { state: 'here', value };
      if (value.html !== '') {
        this.options.download(value);
      }
    } catch (error) {
      this._page = { state: 'failed', error: error as RequestError };
    }
    this._changed.emit();
  }

  forgetPage(): void {
    this._page = { state: 'none' };
    this._changed.emit();
  }

  /** Reads the list of links that were made here. */
  async readMade(): Promise<void> {
    await this._list(() =>
      request(this.options.serverSettings, 'get', '/links/made', {})
    );
  }

  /** Deletes a snapshot from its store, for good. */
  async deleteMade(id: string): Promise<void> {
    await this._list(() =>
      request(this.options.serverSettings, 'delete', '/links/made/{id}', {
        params: { id }
      })
    );
  }

  dispose(): void {
    this._number += 1;
    this._following.dispose();
    Signal.clearData(this);
  }

  private async _link(number: number, push: boolean): Promise<string> {
    const { target } = this.options;
    if (!target) {
      throw new Error('There is nothing to link to.');
    }
    this._isSaving = true;
    this._changed.emit();
    await this._save();
    if (number !== this._number) {
      throw new Error('It was given up.');
    }
    this._isSaving = false;
    const body: LinkAsked = asked(target, this._form, this.options.base, push);
    this._asked = body;
    const made = this._ended(number);
    void this._following.begin(() =>
      request(this.options.serverSettings, 'post', '/links/makings', { body })
    );
    return made;
  }

  private async _save(): Promise<void> {
    try {
      this._saving = this.target?.context ? await this.options.save() : 'saved';
    } catch {
      this._saving = 'failed';
    }
  }

  /** The link once it is there. */
  private _ended(number: number): Promise<string> {
    return new Promise((done, fail) => {
      const look = () => {
        const { shown, isOver, isDisposed } = this._following;
        if (number === this._number && shown?.made) {
          done(shown.made.link);
        } else if (number === this._number && !isOver && !isDisposed) {
          return;
        } else {
          fail(new Error('There is no link.'));
        }
        this._following.changed.disconnect(look);
      };
      // Not at once: what is shown now is of the link before.
      this._following.changed.connect(look);
    });
  }

  private async _list(
    ask: () => Promise<{ readonly links: readonly MadeLink[] }>
  ): Promise<void> {
    const before = this._made;
    if (before.state !== 'here') {
      this._made = { state: 'asking' };
      this._changed.emit();
    }
    try {
      this._made = { state: 'here', value: (await ask()).links };
    } catch (error) {
      this._made = { state: 'failed', error: error as RequestError };
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _onFollowed(): void {
    const { shown } = this._following;
    this._standing = shown?.standing ?? this._standing;
    const kind = shown?.made?.kind ?? shown?.standing?.best ?? '';
    if (this._form.kind === '' && kind !== '') {
      this._form = { ...this._form, kind };
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _following: Following<LinkMaking>;
  private readonly _changed = new Signal<this, void>(this);
  private _form: IForm = FIRST;
  private _asked: LinkAsked | null = null;
  private _standing: LinkStanding | null = null;
  private _saving: Saving | null = null;
  private _isSaving = false;
  private _copied: Copied = 'waits';
  private _made: Besides<readonly MadeLink[]> = { state: 'none' };
  private _page: Besides<NotebookPage> = { state: 'none' };
  private _number = 0;
}
