/** The settings tab: what the domain is, as the console shows it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CodeSource, Domain, LifecycleConfig } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { fullDate, moment } from './format';
import { OwnIdle } from './own-idle';
import { Status } from './people';
import type { IDomainPageProps } from './props';
import { appWords, landingWords, idleSettingWords } from './words';

type Fact = readonly [string, React.ReactNode];

export function SettingsTab(
  props: IDomainPageProps & { domain: Domain }
): React.ReactElement {
  const { domain, trans, state } = props;
  const facts: Fact[] = [
    [trans.__('Name'), domain.name],
    [trans.__('Id'), <Copied key="id" text={domain.id} {...props} />],
    [trans.__('Status'), <Status key="status" status={domain.status} />],
    ...(domain.failure
      ? [[trans.__('Failure'), <span key="failure">{domain.failure}</span>] as const]
      : []),
    [trans.__('Authentication'), authWords(domain, trans)],
    [trans.__('Created'), dated(domain.created)],
    [trans.__('Changed'), dated(domain.modified)],
    [trans.__('Opens with'), landingWords(domain.landing, trans)],
    [trans.__('RStudio'), domain.rstudio ? trans.__('set up') : trans.__('not set up')]
  ];
  const network: Fact[] = [
    [trans.__('Network'), networkWords(domain, trans)],
    [trans.__('VPC'), <Copied key="vpc" text={domain.vpc} {...props} />],
    [trans.__('Subnets'), <Texts key="subnets" texts={domain.subnets} />],
    [trans.__('Security groups'), <Texts key="groups" texts={domain.security_groups} />]
  ];
  const rights: Fact[] = [
    [
      trans.__('Execution role'),
      <Copied key="role" text={domain.execution_role} {...props} />
    ],
    [
      trans.__('Role of spaces'),
      <Copied key="space" text={domain.space_role} {...props} />
    ],
    [
      trans.__('Encryption key'),
      domain.kms_key ? (
        <Copied key="key" text={domain.kms_key} {...props} />
      ) : (
        trans.__('AWS’s own')
      )
    ],
    [
      trans.__('EFS'),
      domain.efs ? <Copied key="efs" text={domain.efs} {...props} /> : trans.__('none')
    ]
  ];
  return (
    <div className="smo-Settings" data-smo-settings={domain.id}>
      <Facts title={trans.__('Domain')} facts={facts} />
      <Facts title={trans.__('Network')} facts={network} />
      <Facts title={trans.__('Permissions and encryption')} facts={rights} />
      <section>
        <h2>{trans.__('Idle stop')}</h2>
        {state?.here.space && <OwnIdle {...props} here={state.here} />}
        {domain.idle.length === 0 ? (
          <p className="smo-secondary">{trans.__('The domain sets none.')}</p>
        ) : (
          <dl className="smo-FactList">
            {domain.idle.map(([type, setting]) => (
              <React.Fragment key={type}>
                <dt>{appWords(type, trans)}</dt>
                <dd>
                  {setting.enabled === false
                    ? trans.__('off')
                    : trans.__('after %1', idleSettingWords(setting, trans))}
                  {setting.minimum !== null && setting.maximum !== null && (
                    <span className="smo-secondary">
                      {' '}
                      {trans.__('may be %1 to %2 min', setting.minimum, setting.maximum)}
                    </span>
                  )}
                </dd>
              </React.Fragment>
            ))}
          </dl>
        )}
      </section>
      <section>
        <h2>{trans.__('Lifecycle configurations')}</h2>
        <Lifecycle configs={domain.lifecycle} {...props} />
      </section>
      <section>
        <h2>{trans.__('Repositories')}</h2>
        <Sources sources={domain.repositories} trans={trans} />
      </section>
    </div>
  );
}

function Facts(props: { title: string; facts: readonly Fact[] }): React.ReactElement {
  return (
    <section>
      <h2>{props.title}</h2>
      <dl className="smo-FactList">
        {props.facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
    </section>
  );
}

/** A text with a button that copies it; a dash where there is none. */
function Copied(props: IDomainPageProps & { text: string | null }): React.ReactElement {
  const { text, trans, deeds } = props;
  if (!text) {
    return <>–</>;
  }
  return (
    <span className="smo-Copied">
      <code>{text}</code>
      <Button
        name="copy"
        icon="copy"
        label={trans.__('Copy %1', text)}
        onClick={() => deeds.copy(text)}
      />
    </span>
  );
}

function Texts(props: { texts: readonly string[] }): React.ReactElement {
  return props.texts.length === 0 ? (
    <>–</>
  ) : (
    <span className="smo-Texts">
      {props.texts.map(text => (
        <code key={text}>{text}</code>
      ))}
    </span>
  );
}

function dated(time: string | null): React.ReactNode {
  return time ? <span title={fullDate(time)}>{moment(time)}</span> : '–';
}

function authWords(domain: Domain, trans: TranslationBundle): string {
  return domain.auth === 'SSO' ? trans.__('IAM Identity Center') : trans.__('IAM');
}

function networkWords(domain: Domain, trans: TranslationBundle): string {
  switch (domain.network) {
    case 'VpcOnly':
      return trans.__('VPC only');
    case 'PublicInternetOnly':
      return trans.__('public internet');
    case null:
      return '–';
  }
}

function Lifecycle(
  props: IDomainPageProps & { configs: readonly LifecycleConfig[] }
): React.ReactElement {
  const { configs, trans } = props;
  if (configs.length === 0) {
    return <p className="smo-secondary">{trans.__('None.')}</p>;
  }
  return (
    <ul className="smo-Things">
      {configs.map(config => (
        <li key={`${config.level} ${config.app_type} ${config.arn}`}>
          <Icon name="file" />
          <span title={config.arn}>{config.name}</span>
          <span className="smo-secondary">
            {[
              config.app_type && appWords(config.app_type, trans),
              levelWords(config.level, trans),
              config.built_in && trans.__('always runs'),
              config.default && trans.__('chosen unless you choose')
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Sources(props: {
  sources: readonly CodeSource[];
  trans: TranslationBundle;
}): React.ReactElement {
  const { sources, trans } = props;
  if (sources.length === 0) {
    return <p className="smo-secondary">{trans.__('SageMaker names none.')}</p>;
  }
  return (
    <ul className="smo-Things">
      {sources.map(source => (
        <li key={`${source.source} ${source.url}`}>
          <Icon name="branch" />
          <code>{source.url}</code>
          <span className="smo-secondary">
            {[
              levelWords(source.source, trans),
              source.branch,
              source.secret && trans.__('with a secret')
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

function levelWords(
  level: LifecycleConfig['level'] | CodeSource['source'],
  trans: TranslationBundle
): string {
  switch (level) {
    case 'domain':
      return trans.__('of the domain');
    case 'default_space':
      return trans.__('of shared spaces');
    case 'profile':
      return trans.__('of your profile');
    case 'space':
      return trans.__('of this space');
    case 'code_repository':
      return trans.__('a repository of SageMaker');
  }
}
