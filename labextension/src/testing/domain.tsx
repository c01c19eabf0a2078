/** The domain as the server sends it, and its page with deeds that only remember. */

import { cleanup, render } from '@testing-library/react';
import * as React from 'react';
import { vi } from 'vitest';

import type {
  Apps,
  Cost,
  Domain,
  DomainProblem,
  DomainState,
  Here,
  Part,
  Profile,
  Running,
  Space
} from '../api/types';
import { DomainPage } from '../domain/page';
import { PageState, type IPageView } from '../domain/page-state';
import type { IDomainDeeds, IDomainPageProps } from '../domain/props';
import { trans } from './view';

export function here(more: Partial<Here> = {}): Here {
  return {
    kind: 'studio',
    person: 'alice',
    space: 'alice-lab',
    shared: false,
    members: [],
    domain_id: 'd-x7kq2m9p1abc',
    domain_name: 'acme-ml',
    region: 'eu-west-1',
    account: '123456789012',
    role: null,
    app_type: 'JupyterLab',
    instance: 'ml.m5.xlarge',
    started: '2026-11-10T08:31:00Z',
    price: null,
    image: null,
    idle: null,
    idle_for: null,
    idle_known_by: '',
    storage: null,
    ...more
  };
}

export function part(name: Part['name'], more: Partial<Part> = {}): Part {
  return {
    name,
    state: 'ready',
    at: '2026-11-10T10:14:32Z',
    since: null,
    calls: 1,
    rows: 0,
    problem: null,
    retry_after: null,
    ...more
  };
}

export function problem(more: Partial<DomainProblem> = {}): DomainProblem {
  return {
    code: 'aws.forbidden',
    message: 'Your role may not call sagemaker:ListApps.',
    hint: 'Send the statement to whoever looks after your role.',
    action: 'sagemaker:ListApps',
    resource: '*',
    statement: '{"Effect": "Allow"}',
    endpoint: '',
    ...more
  };
}

const PARTS: readonly Part['name'][] = [
  'here',
  'settings',
  'apps',
  'spaces',
  'profiles',
  'others',
  'prices'
];

/** All parts are read, but for those that are given. */
export function parts(...given: readonly Part[]): Part[] {
  return PARTS.map(name => given.find(one => one.name === name) ?? part(name));
}

export function domainState(more: Partial<DomainState> = {}): DomainState {
  return {
    server: 'one',
    revision: 1,
    here: here(),
    parts: parts(),
    chosen: 'd-x7kq2m9p1abc',
    choices: [],
    cost: null,
    ...more
  };
}

/** An app that runs, of alice's; its id is its name. */
export function app(name: string, more: Partial<Running> = {}): Running {
  return {
    id: name,
    kind: 'app',
    name,
    app_type: 'JupyterLab',
    space: name,
    owner: 'alice',
    shared: false,
    state: 'running',
    status: 'InService',
    failure: '',
    instance: 'ml.m5.xlarge',
    count: 1,
    since: '2026-11-10T08:31:00Z',
    price: null,
    per_hour: 0.23,
    up_to: 0.4,
    idle_for: null,
    mine: true,
    this_one: false,
    stop: 'yes',
    start: false,
    ...more
  };
}

/** One of bob's. */
export function bobs(name: string, more: Partial<Running> = {}): Running {
  return app(name, { owner: 'bob', mine: false, stop: 'not_yours', ...more });
}

export function cost(more: Partial<Cost> = {}): Cost {
  return {
    per_hour: 1.64,
    idle_per_hour: 0,
    up_to: 17.39,
    storage_month: null,
    running: 2,
    idle: 0,
    unknown: 0,
    people: [],
    spaces: [],
    price_source: 'table',
    price_date: '2026-11-02',
    price_sample: false,
    problem: null,
    ...more
  };
}

export function apps(rows: readonly Running[], more: Partial<Apps> = {}): Apps {
  return {
    revision: 1,
    parts: [part('apps'), part('others')],
    rows,
    cost: cost(),
    ...more
  };
}

export function profile(name: string, more: Partial<Profile> = {}): Profile {
  const created = '2026-07-26T22:05:00Z';
  return { name, status: 'InService', created, modified: created, me: false, ...more };
}

export function space(name: string, more: Partial<Space> = {}): Space {
  return {
    name,
    title: name,
    status: 'InService',
    created: '2026-07-26T22:05:00Z',
    modified: '2026-07-26T22:05:00Z',
    app_type: 'JupyterLab',
    owner: 'alice',
    shared: false,
    storage_gb: 100,
    storage_price: null,
    remote_access: null,
    this_one: false,
    ...more
  };
}

export function domain(more: Partial<Domain> = {}): Domain {
  return {
    id: 'd-x7kq2m9p1abc',
    name: 'acme-ml',
    arn: 'arn:aws:sagemaker:eu-west-1:123456789012:domain/d-x7kq2m9p1abc',
    status: 'InService',
    failure: '',
    auth: 'IAM',
    url: null,
    created: '2026-07-26T22:05:00Z',
    modified: null,
    network: 'VpcOnly',
    vpc: 'vpc-0acce55',
    subnets: ['subnet-01', 'subnet-02'],
    security_groups: [],
    kms_key: null,
    efs: null,
    execution_role: 'arn:aws:iam::123456789012:role/acme',
    space_role: null,
    idle: [],
    lifecycle: [],
    repositories: [],
    rstudio: false,
    landing: null,
    hidden_apps: [],
    ...more
  };
}

export function makeDomainDeeds(page: PageState) {
  return {
    show: vi.fn<IDomainDeeds['show']>(tab => page.set({ tab })),
    set: vi.fn<IDomainDeeds['set']>(more => page.set(more)),
    setList: vi.fn<IDomainDeeds['setList']>((name, more) => page.setList(name, more)),
    refresh: vi.fn<IDomainDeeds['refresh']>(),
    choose: vi.fn<IDomainDeeds['choose']>(),
    ask: vi.fn<IDomainDeeds['ask']>(),
    stop: vi.fn<IDomainDeeds['stop']>(),
    keep: vi.fn<IDomainDeeds['keep']>(),
    copy: vi.fn<IDomainDeeds['copy']>(),
    launch: vi.fn<IDomainDeeds['launch']>(),
    menu: vi.fn<IDomainDeeds['menu']>(),
    setIdle: vi.fn<IDomainDeeds['setIdle']>(() => Promise.resolve())
  };
}

/** Shows the page; `again` shows it with other props, and so does what the page remembers. */
export function showDomain(
  first: Partial<IDomainPageProps> & { page?: Partial<IPageView> } = {}
) {
  cleanup();
  const page = new PageState();
  page.set(first.page ?? {});
  const deeds = makeDomainDeeds(page);
  let props: IDomainPageProps = {
    state: domainState(),
    settings: null,
    profiles: null,
    spaces: null,
    apps: null,
    error: null,
    answeredAt: null,
    slow: false,
    refusal: null,
    busy: new Set(),
    refusals: new Map(),
    asked: null,
    view: page.view,
    width: 1200,
    trans,
    deeds,
    ...first
  };
  const { container, rerender } = render(<DomainPage {...props} />);
  const again = (more: Partial<IDomainPageProps>) => {
    props = { ...props, ...more };
    rerender(<DomainPage {...props} />);
  };
  page.changed.connect(() => again({ view: page.view }));
  const query = (selector: string) => container.querySelector<HTMLElement>(selector);
  return {
    deeds,
    page,
    container,
    again,
    query,
    /** A row by its id. */
    row: (id: string) => {
      const found = query(`[data-smo-row="${id}"]`);
      if (!found) {
        throw new Error(`There is no row ${id}.`);
      }
      return found;
    },
    /** The ids of the rows, as they are on the page. */
    rows: () =>
      [...container.querySelectorAll<HTMLElement>('[data-smo-row]')].map(
        row => row.dataset.smoRow
      ),
    /** What a row says in one column. */
    cell: (id: string, column: string) =>
      query(`[data-smo-row="${id}"] [data-smo-cell="${column}"]`)?.textContent,
    /** A control by its stable name, of a row or of the whole page. */
    control: (name: string, id?: string) => {
      const within = id === undefined ? '' : `[data-smo-row="${id}"] `;
      return container.querySelector<HTMLButtonElement>(
        `${within}[data-smo-do="${name}"]`
      );
    }
  };
}
