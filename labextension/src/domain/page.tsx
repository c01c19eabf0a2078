/** The domain page, from props alone: tabs, and what each says when it is not simply there. */

import * as React from 'react';

import type { Part } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { AppsTab } from './apps';
import { Chooser } from './chooser';
import { CostTab } from './cost';
import { count } from './format';
import { News } from './news';
import { SHOWS, TABS, type Tab } from './page-state';
import { Skeleton, Trouble, Waiting } from './parts';
import { ProfilesTab, SpacesTab } from './people';
import type { IDomainPageProps } from './props';
import { SettingsTab } from './settings';

/** Page width in pixels below which less room is left around things. */
const NARROW = 720;

export function DomainPage(props: IDomainPageProps): React.ReactElement {
  const { state, error, view } = props;
  const chosen = state !== null && (state.chosen !== null || state.choices.length === 0);
  return (
    <div
      className="smo-Domain"
      data-smo-page="domain"
      data-smo-tab={view.tab}
      data-smo-revision={state?.revision}
      data-smo-offline={error ? true : undefined}
      data-smo-narrow={props.width < NARROW || undefined}
    >
      {error && <Offline {...props} />}
      {!error && props.refusal && <Refused {...props} />}
      {view.told && <Told {...props} />}
      {state === null ? (
        !error && (
          <>
            <TabBar {...props} />
            <Skeleton label={props.trans.__('Reading the domain')} />
          </>
        )
      ) : chosen ? (
        <>
          <TabBar {...props} />
          <Panel {...props} parts={state.parts} />
        </>
      ) : (
        <Chooser {...props} state={state} />
      )}
      <News {...props} />
    </div>
  );
}

const idOf = (tab: Tab) => `smo-domain-tab-${tab}`;
const PANEL = 'smo-domain-panel';

function TabBar(props: IDomainPageProps): React.ReactElement {
  const { view, trans, deeds, state } = props;
  const titles: Record<Tab, string> = {
    settings: trans.__('Settings'),
    profiles: trans.__('User profiles'),
    spaces: trans.__('Spaces'),
    apps: trans.__('Apps'),
    cost: trans.__('Cost')
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = TABS.indexOf(view.tab);
    const to = {
      ArrowRight: TABS[(at + 1) % TABS.length],
      ArrowLeft: TABS[(at + TABS.length - 1) % TABS.length],
      Home: TABS[0],
      End: TABS[TABS.length - 1]
    }[event.key];
    if (to) {
      event.preventDefault();
      deeds.show(to);
      document.getElementById(idOf(to))?.focus();
    }
  };
  const shown = (state?.parts ?? []).filter(part => SHOWS[view.tab].includes(part.name));
  const tabs = (
    <div
      className="smo-Tabs"
      role="tablist"
      aria-label={trans.__('Domain')}
      onKeyDown={onKeyDown}
    >
      {TABS.map(tab => {
        const rows = rowsOf(tab, state?.parts ?? []);
        return (
          <button
            key={tab}
            id={idOf(tab)}
            type="button"
            role="tab"
            className="smo-Tab"
            data-smo-to={tab}
            aria-selected={tab === view.tab}
            aria-controls={PANEL}
            tabIndex={tab === view.tab ? 0 : -1}
            onClick={() => deeds.show(tab)}
          >
            {titles[tab]}
            {rows !== null && <span className="smo-Tab-count">{count(rows)}</span>}
          </button>
        );
      })}
    </div>
  );
  return (
    <div className="smo-TabRow">
      {tabs}
      {state === null ? (
        <p className="smo-Waiting" role="status">
          {props.slow ? trans.__('The Jupyter server has not answered for 3 s.') : ''}
        </p>
      ) : (
        <Waiting parts={shown} trans={trans} />
      )}
    </div>
  );
}

/** How many rows a tab has, once that is known. */
function rowsOf(tab: Tab, parts: readonly Part[]): number | null {
  const rows = (name: Part['name']) => {
    const part = parts.find(one => one.name === name);
    return part && (part.at !== null || part.rows > 0) ? part.rows : null;
  };
  switch (tab) {
    case 'profiles':
    case 'spaces':
      return rows(tab);
    case 'apps': {
      const apps = rows('apps');
      return apps === null ? null : apps + (rows('others') ?? 0);
    }
    default:
      return null;
  }
}

/** What the visible tab shows: first what is in its way, then what there is. */
function Panel(props: IDomainPageProps & { parts: readonly Part[] }): React.ReactElement {
  const { parts, view, trans, deeds } = props;
  const shown = SHOWS[view.tab].flatMap(name => parts.filter(part => part.name === name));
  const [main] = shown;
  const gone = main?.state === 'failed' || main?.state === 'not_here';
  // One reason for several parts is told once, and never below a part that is away.
  const troubles = shown
    .filter(part => part.problem && (part === main || !sameReason(part, main)))
    .filter(part => part.state !== 'not_here' || part === main);
  return (
    <div
      id={PANEL}
      className="smo-Domain-panel"
      role="tabpanel"
      aria-labelledby={idOf(view.tab)}
      tabIndex={-1}
    >
      {troubles.map(part => (
        <Trouble
          key={part.name}
          part={part}
          whole={part === main && gone && part.rows === 0}
          trans={trans}
          deeds={deeds}
        />
      ))}
      <Content {...props} away={gone && (main?.rows ?? 0) === 0} />
    </div>
  );
}

function sameReason(one: Part, other: Part | undefined): boolean {
  const [a, b] = [one.problem, other?.problem];
  return a?.code === b?.code && a?.action === b?.action && a?.message === b?.message;
}

/** `away`: the tab's main part is not there at all. */
function Content(props: IDomainPageProps & { away: boolean }): React.ReactElement | null {
  const { view, trans, away } = props;
  const waits = <Skeleton label={trans.__('Reading the domain')} />;
  switch (view.tab) {
    case 'settings': {
      const domain = props.settings?.domain;
      return domain ? <SettingsTab {...props} domain={domain} /> : away ? null : waits;
    }
    case 'profiles':
      return props.profiles ? (
        <ProfilesTab {...props} profiles={props.profiles} />
      ) : away ? null : (
        waits
      );
    case 'spaces':
      return props.spaces ? (
        <SpacesTab {...props} spaces={props.spaces} />
      ) : away ? null : (
        waits
      );
    case 'apps':
      // Without apps there still may be servers and endpoints that bill.
      return props.apps && !(away && props.apps.rows.length === 0) ? (
        <AppsTab {...props} apps={props.apps} />
      ) : away ? null : (
        waits
      );
    case 'cost':
      return props.apps && !(away && props.apps.rows.length === 0) ? (
        <CostTab {...props} cost={props.apps.cost} />
      ) : away ? null : (
        waits
      );
  }
}

/** The Jupyter server does not answer; what is below is what was last known. */
function Offline(props: IDomainPageProps): React.ReactElement {
  const { error, answeredAt, trans } = props;
  const silent = error?.code === 'client.no_answer';
  const since = answeredAt?.toLocaleTimeString(undefined, {
    hour: 'numeric',
    minute: '2-digit'
  });
  const said = !silent
    ? (error?.message ?? '')
    : since
      ? trans.__('No answer from the Jupyter server since %1.', since)
      : trans.__('No answer from the Jupyter server.');
  return (
    <div className="smo-Notice" data-smo-room-state="offline" role="alert">
      <Icon name="failed" tone="bad" />
      <div className="smo-Notice-text">
        {said} {!silent && <span className="smo-secondary">{error?.hint}</span>}
      </div>
      <Button
        name="again"
        label={trans.__('Retry')}
        onClick={() => props.deeds.refresh()}
      />
    </div>
  );
}

/** The server answers, but does not look. */
function Refused(props: IDomainPageProps): React.ReactElement {
  const { refusal, trans } = props;
  return (
    <div className="smo-Notice" data-smo-room-state="refused" role="alert">
      <Icon name="failed" tone="bad" />
      <div className="smo-Notice-text">
        {refusal?.message} <span className="smo-secondary">{refusal?.hint}</span>
      </div>
      <Button
        name="again"
        label={trans.__('Retry')}
        onClick={() => props.deeds.refresh()}
      />
    </div>
  );
}

/** What a person asked for and did not get: an address to open, for instance. */
function Told(props: IDomainPageProps): React.ReactElement {
  const { trans, deeds } = props;
  const { told } = props.view;
  const statement = told?.statement;
  return (
    <div className="smo-Notice" data-smo-told={told?.code} role="alert">
      <Icon name={told?.code === 'aws.forbidden' ? 'denied' : 'failed'} tone="bad" />
      <div className="smo-Notice-text">
        {told?.message} <span className="smo-secondary">{told?.hint}</span>
      </div>
      {statement && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => deeds.copy(statement)}
        />
      )}
      <Button
        name="dismiss"
        icon="cross"
        label={trans.__('Dismiss')}
        onClick={() => deeds.set({ told: null })}
      />
    </div>
  );
}
