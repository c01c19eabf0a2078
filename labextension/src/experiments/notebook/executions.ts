/**
 * Which cells of a notebook ran, in their order, and whether one of them recorded a run.
 *
 * Told by the messages between the notebook and its kernel, which pass here anyway: a cell that
 * tracks nothing costs a look at a few words of its source, and no request.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Execution } from '../../api/types';

/** What the source of a cell says that may record. */
const MENTIONS = /\b(mlflow|sm_onboard|track|autolog)\b/;

/** The source of the payload by which a kernel says that a cell recorded: `record.TOLD`. */
const TOLD = 'sm_onboard';

export interface INews {
  readonly cell: string;
  readonly what: 'began' | 'ended';
  /** It recorded, or may have done. */
  readonly records: boolean;
}

interface IPending {
  readonly cell: string;
  records: boolean;
  count: number | null;
  replied: boolean;
  idle: boolean;
  aborted: boolean;
}

export class Executions implements IDisposable {
  constructor(private readonly session: ISessionContext) {
    session.kernelChanged.connect(this._onKernel, this);
    session.statusChanged.connect(this._onStatus, this);
    this._listen(session.session?.kernel ?? null);
  }

  /** Emits when a cell begins, and when all that it put out has come. */
  get news(): ISignal<this, INews> {
    return this._news;
  }

  /** The id of the kernel; null: there is none. */
  get kernel(): string | null {
    return this._kernel?.id ?? null;
  }

  /** The cells that ran since the kernel began, or since this window saw it. */
  get order(): readonly Execution[] {
    return this._order;
  }

  /** The cells that run now: the first of them, the others wait. */
  get running(): readonly string[] {
    return this._begun === null ? [] : [this._begun];
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      this.session.kernelChanged.disconnect(this._onKernel, this);
      this.session.statusChanged.disconnect(this._onStatus, this);
      this._listen(null);
      Signal.clearData(this);
    }
  }

  private _onKernel(
    _: ISessionContext,
    change: { newValue: Kernel.IKernelConnection | null }
  ): void {
    const other = change.newValue?.id !== this._kernel?.id;
    this._listen(change.newValue);
    if (other) {
      this._forget();
    }
  }

  /** After a restart the numbers begin anew, and what ran before is gone from memory. */
  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this._forget();
    }
  }

  private _listen(kernel: Kernel.IKernelConnection | null): void {
    this._kernel?.anyMessage.disconnect(this._onMessage, this);
    this._kernel = kernel;
    kernel?.anyMessage.connect(this._onMessage, this);
  }

  private _forget(): void {
    this._order = [];
    this._pending.clear();
    this._begun = null;
  }

  private _onMessage(_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void {
    const type = msg.header.msg_type;
    if (direction === 'send') {
      if (type === 'execute_request') {
        this._onRequest(msg as KernelMessage.IExecuteRequestMsg);
      }
      return;
    }
    if (type !== 'execute_reply' && type !== 'execute_input' && type !== 'status') {
      return;
    }
    const parent = (msg.parent_header as { msg_id?: string }).msg_id ?? '';
    const pending = this._pending.get(parent);
    if (!pending) {
      return;
    }
    if (type === 'execute_input') {
      this._begun = pending.cell;
      this._tell(pending, 'began');
      return;
    }
    if (type === 'execute_reply') {
      const { content } = msg as KernelMessage.IExecuteReplyMsg;
      pending.replied = true;
      pending.aborted = content.status === 'abort' || !isNumber(content.execution_count);
      pending.count = pending.aborted ? null : content.execution_count;
      pending.records ||= told((content as { payload?: unknown }).payload);
    } else {
      pending.idle ||=
        (msg as KernelMessage.IStatusMsg).content.execution_state === 'idle';
    }
    // A reply and the last output come in either order.
    if (pending.replied && pending.idle) {
      this._pending.delete(parent);
      this._end(pending);
    }
  }

  private _onRequest(msg: KernelMessage.IExecuteRequestMsg): void {
    const cell = (msg.metadata as { cellId?: unknown }).cellId;
    if (typeof cell === 'string' && cell !== '' && cell.length <= 100) {
      this._pending.set(msg.header.msg_id, {
        cell,
        records: MENTIONS.test(msg.content.code),
        count: null,
        replied: false,
        idle: false,
        aborted: false
      });
    }
  }

  private _end(pending: IPending): void {
    if (this._begun === pending.cell) {
      this._begun = null;
    }
    // After an error the kernel drops the cells that wait: these did not run.
    if (!pending.aborted) {
      this._order = [...this._order, { cell: pending.cell, count: pending.count }];
      this._tell(pending, 'ended');
    }
  }

  private _tell({ cell, records }: IPending, what: INews['what']): void {
    this._news.emit({ cell, what, records });
  }

  private readonly _news = new Signal<this, INews>(this);
  private readonly _pending = new Map<string, IPending>();
  private _kernel: Kernel.IKernelConnection | null = null;
  private _order: readonly Execution[] = [];
  private _begun: string | null = null;
  private _disposed = false;
}

function told(payload: unknown): boolean {
  return (
    Array.isArray(payload) &&
    payload.some(one => (one as { source?: unknown } | null)?.source === TOLD)
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
