import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it } from 'vitest';

import { Executions, type INews } from './executions';

class Kernel {
  readonly anyMessage = new Signal<this, unknown>(this);
  constructor(readonly id: string) {}

  send(id: string, cell: unknown, code = 'x'): void {
    this.emit('send', 'execute_request', '', {
      id,
      metadata: { cellId: cell },
      content: { code }
    });
  }

  begin(id: string): void {
    this.emit('recv', 'execute_input', id, {});
  }

  reply(id: string, count: number, content: object = {}): void {
    this.emit('recv', 'execute_reply', id, {
      content: { status: 'ok', execution_count: count, ...content }
    });
  }

  idle(id: string): void {
    this.emit('recv', 'status', id, { content: { execution_state: 'idle' } });
  }

  private emit(direction: string, type: string, parent: string, more: object): void {
    const { id = '' } = more as { id?: string };
    const msg = {
      header: { msg_type: type, msg_id: id },
      parent_header: { msg_id: parent },
      ...more
    };
    this.anyMessage.emit({ msg, direction });
  }
}

function session(kernel: Kernel | null) {
  const made = {
    session: { kernel },
    kernelChanged: null as unknown as Signal<object, { newValue: Kernel | null }>,
    statusChanged: null as unknown as Signal<object, string>
  };
  made.kernelChanged = new Signal(made);
  made.statusChanged = new Signal(made);
  return made;
}

describe('executions', () => {
  let kernel: Kernel;
  let context: ReturnType<typeof session>;
  let executions: Executions;
  let news: INews[];

  beforeEach(() => {
    kernel = new Kernel('k1');
    context = session(kernel);
    executions = new Executions(context as unknown as ISessionContext);
    news = [];
    executions.news.connect((_, one) => news.push(one));
  });

  const run = (id: string, cell: string, count: number, content: object = {}) => {
    kernel.send(id, cell, 'fit()');
    kernel.begin(id);
    kernel.reply(id, count, content);
    kernel.idle(id);
  };

  it('are kept in the order in which the cells ran', () => {
    run('1', 'b', 1);
    run('2', 'a', 2);
    run('3', 'b', 3);
    expect(executions.order.map(one => [one.cell, one.count])).toEqual([
      ['b', 1],
      ['a', 2],
      ['b', 3]
    ]);
    expect(news.every(one => !one.records)).toBe(true);
  });

  it('end when the reply and the last output have come, in either order', () => {
    kernel.send('1', 'a');
    kernel.begin('1');
    expect(executions.running).toEqual(['a']);
    kernel.idle('1');
    expect(executions.order).toEqual([]);
    kernel.reply('1', 1);
    expect(executions.order).toEqual([{ cell: 'a', count: 1 }]);
    expect(executions.running).toEqual([]);
  });

  it('record where the kernel says so, or where the source may', () => {
    run('1', 'a', 1, { payload: [{ source: 'page' }, null, { source: 'sm_onboard' }] });
    expect(news.map(one => one.records)).toEqual([false, true]);
    kernel.send('2', 'b', 'import mlflow');
    kernel.begin('2');
    expect(news.at(-1)).toEqual({ cell: 'b', what: 'began', records: true });
    kernel.send('3', 'c', 'tracks = soundtrack()');
    kernel.begin('3');
    expect(news.at(-1)?.records).toBe(false);
  });

  it('do not count cells that an error dropped, nor consoles', () => {
    run('1', 'a', 1, { status: 'error' });
    kernel.send('2', 'b');
    kernel.reply('2', 1, { status: 'aborted', execution_count: undefined });
    kernel.idle('2');
    kernel.send('3', undefined);
    kernel.reply('3', 2);
    kernel.idle('3');
    expect(executions.order.map(one => one.cell)).toEqual(['a']);
  });

  it('begin anew with another kernel, and after a restart', () => {
    run('1', 'a', 1);
    context.statusChanged.emit('restarting');
    expect(executions.order).toEqual([]);
    run('2', 'b', 1);
    const other = new Kernel('k2');
    context.kernelChanged.emit({ newValue: other });
    expect(executions.kernel).toBe('k2');
    expect(executions.order).toEqual([]);
    run('3', 'c', 2); // of the kernel before
    expect(executions.order).toEqual([]);
  });
});
