/** Opens a notebook of somebody else's: no kernel is started, and it is not trusted. */

import type { CommandRegistry } from '@lumino/commands';

import { NO_KERNEL, withoutKernel } from './no-kernel';

interface IOpened {
  readonly context?: {
    readonly sessionContext?: { kernelPreference: object };
  };
}

/** @param path - as the server's contents are named */
export async function openNotebook(
  commands: CommandRegistry,
  path: string
): Promise<void> {
  const opened = (await commands.execute('docmanager:open', {
    path,
    factory: 'Notebook',
    kernelPreference: NO_KERNEL
  })) as IOpened | null | undefined;
  // JupyterLab before 4.5 does not know the argument. The kernel would start when the file's
  // content has come; that takes a request, so it is not too late to say it here.
  const session = opened?.context?.sessionContext;
  if (session) {
    withoutKernel(session);
  }
}
