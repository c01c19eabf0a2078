import type { JupyterFrontEnd } from '@jupyterlab/application';
import { expect, it } from 'vitest';

import { addRestored } from './restored';

interface IExtension {
  createNew(
    panel: unknown,
    context: { path: string; sessionContext: { kernelPreference: object } }
  ): void;
}

it('starts no kernel for a copy that a reload opens again', async () => {
  let done = () => {};
  let extension: IExtension | undefined;
  const app = {
    restored: new Promise<void>(resolve => {
      done = resolve;
    }),
    docRegistry: {
      addWidgetExtension: (_: string, given: IExtension) => {
        extension = given;
      }
    }
  };
  addRestored(app as unknown as JupyterFrontEnd);
  const preference = (path: string) => {
    const sessionContext = { kernelPreference: { name: 'python3' } };
    extension?.createNew(null, { path, sessionContext });
    return sessionContext.kernelPreference;
  };
  const none = { name: 'python3', shouldStart: false, autoStartDefault: false };
  expect(preference('shared/alice/eda-9fceb02d/nb/eda.ipynb')).toEqual(none);
  expect(preference('RTC:team/shared/alice/eda-9fceb02d/eda.ipynb')).toEqual(none);
  expect(preference('reproduced/eager-heron-312/eda.ipynb')).toEqual(none);
  expect(preference('churn/nb/eda.ipynb')).toEqual({ name: 'python3' });
  expect(preference('shared/eda.ipynb')).toEqual({ name: 'python3' });
  done();
  await app.restored;
  // A person opens it: as they open any other.
  expect(preference('shared/alice/eda-9fceb02d/nb/eda.ipynb')).toEqual({
    name: 'python3'
  });
});
