/** The repositories view with deeds that only remember. */

import { nullTranslator } from '@jupyterlab/translation';
import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type { IReposDeeds, IReposViewProps } from '../repos/props';
import { ReposView } from '../repos/view';

export const trans = nullTranslator.load('sm_onboard');

export function makeDeeds() {
  return {
    act: vi.fn<IReposDeeds['act']>(),
    confirm: vi.fn<IReposDeeds['confirm']>(),
    keep: vi.fn<IReposDeeds['keep']>(),
    install: vi.fn<IReposDeeds['install']>(),
    openFolder: vi.fn<IReposDeeds['openFolder']>(),
    openFile: vi.fn<IReposDeeds['openFile']>(),
    openGit: vi.fn<IReposDeeds['openGit']>(),
    showLog: vi.fn<IReposDeeds['showLog']>(),
    menu: vi.fn<IReposDeeds['menu']>(),
    select: vi.fn<IReposDeeds['select']>(),
    add: vi.fn<IReposDeeds['add']>(),
    teamFile: vi.fn<IReposDeeds['teamFile']>(),
    again: vi.fn<IReposDeeds['again']>(),
    saveIdentity: vi.fn<IReposDeeds['saveIdentity']>(() => Promise.resolve()),
    dismissIdentity: vi.fn<IReposDeeds['dismissIdentity']>()
  };
}

/** Shows the view; `again` shows it with other props. */
export function show(first: Partial<IReposViewProps>) {
  cleanup();
  const deeds = makeDeeds();
  let props: IReposViewProps = {
    state: null,
    error: null,
    answeredAt: null,
    slow: false,
    busy: new Set(),
    refusals: new Map(),
    asked: null,
    narrow: false,
    careful: false,
    hasGit: false,
    identityDismissed: false,
    trans,
    deeds,
    ...first
  };
  const { container, rerender } = render(<ReposView {...props} />);
  return {
    deeds,
    container,
    again: (more: Partial<IReposViewProps>) => {
      props = { ...props, ...more };
      rerender(<ReposView {...props} />);
    },
    /** A row by its id. */
    row: (id: string) => {
      const found = container.querySelector<HTMLElement>(`[data-smo-row="${id}"]`);
      if (!found) {
        throw new Error(`There is no row ${id}.`);
      }
      return found;
    },
    /** A control by its stable name, of a row or of the whole room. */
    control: (name: string, id?: string) => {
      const within = id === undefined ? '' : `[data-smo-row="${id}"] `;
      return container.querySelector<HTMLButtonElement>(
        `${within}[data-smo-do="${name}"]`
      );
    }
  };
}
