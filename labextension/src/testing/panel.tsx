/** The panel's header and domain room with deeds that only remember. */

import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type { Apps, Price, Report, Running, Storage } from '../api/types';
import type { IPanelDeeds, IPanelProps } from '../domain/room-props';
import { cost } from './domain';
import { trans } from './view';

export const price: Price = {
  amount: 0.23,
  unit: 'hour',
  source: 'table',
  published: '2026-11-02',
  sample: false
};

const GB = 1024 ** 3;

export const disk: Storage = {
  kind: 'ebs',
  path: '/home/sagemaker-user',
  used: 38 * GB,
  total: 100 * GB,
  shared_with: ''
};

export function ownApps(...rows: readonly Running[]): Apps {
  return { revision: 1, parts: [], rows, cost: cost() };
}

export function report(more: Partial<Report> = {}): Report {
  return {
    revision: 1,
    state: 'done',
    at: '2026-11-10T10:14:00Z',
    seconds: 1.2,
    works: 0,
    checks: [],
    facts: [],
    how: '',
    ...more
  };
}

export function makeDeeds() {
  return {
    launch: vi.fn<IPanelDeeds['launch']>(),
    page: vi.fn<IPanelDeeds['page']>(),
    choose: vi.fn<IPanelDeeds['choose']>(),
    again: vi.fn<IPanelDeeds['again']>(),
    copy: vi.fn<IPanelDeeds['copy']>(),
    setIdle: vi.fn<IPanelDeeds['setIdle']>(() => Promise.resolve()),
    stop: vi.fn<IPanelDeeds['stop']>(),
    doctor: vi.fn<IPanelDeeds['doctor']>()
  };
}

/** Shows one of the two; `again` shows it with other props. */
export function showPart(
  View: React.ComponentType<IPanelProps>,
  first: Partial<IPanelProps>
) {
  cleanup();
  const deeds = makeDeeds();
  let props: IPanelProps = {
    state: null,
    apps: null,
    error: null,
    slow: false,
    refusal: null,
    busy: new Set(),
    refusals: new Map(),
    narrow: false,
    trans,
    deeds,
    ...first
  };
  const { container, rerender } = render(<View {...props} />);
  return {
    deeds,
    container,
    again: (more: Partial<IPanelProps>) => {
      props = { ...props, ...more };
      rerender(<View {...props} />);
    },
    /** The one element that a selector finds. */
    one: (selector: string) => {
      const found = container.querySelectorAll<HTMLElement>(selector);
      if (found.length !== 1) {
        throw new Error(`${selector} finds ${found.length}.`);
      }
      return found[0]!;
    },
    control: (name: string) =>
      container.querySelector<HTMLButtonElement>(`[data-smo-do="${name}"]`)
  };
}
