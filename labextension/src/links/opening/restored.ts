/** Copies of other people's notebooks that a reload opens again: without a kernel, as at first. */

import type { JupyterFrontEnd } from '@jupyterlab/application';

import { withoutKernel } from '../../shell/no-kernel';

/** Where copies are put; see the server's `MADE_HERE`. */
const COPY = /(?:^|[/:])(?:reproduced|shared|shared-with-me)\/[^/]+\//u;

/** A kernel that runs already is connected to all the same; who wants one starts it. */
export function addRestored(app: JupyterFrontEnd): void {
  let isRestored = false;
  void app.restored.then(() => {
    isRestored = true;
  });
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (_, { path, sessionContext }) => {
      if (!isRestored && COPY.test(path)) {
        withoutKernel(sessionContext);
      }
    }
  });
}
