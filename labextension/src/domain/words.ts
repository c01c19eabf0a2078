/** Every sentence of the domain page, as pure functions of the state. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cost, DomainState, IdleSetting, Part, Running } from '../api/types';
import type { IconName } from '../shell/shapes';
import type { Refusal } from './model';
import { cents, count, day, minutesWords, money, span } from './format';

export type RunState = Running['state'];

/** How a state is drawn; the word stands beside it. */
export const LOOKS: Record<RunState, { icon: IconName; tone: string }> = {
  running: { icon: 'running', tone: 'ok' },
  idle: { icon: 'idle', tone: 'warn' },
  starting: { icon: 'working', tone: 'accent' },
  stopping: { icon: 'working', tone: 'accent' },
  stopped: { icon: 'stopped', tone: 'quiet' },
  failed: { icon: 'failed', tone: 'bad' },
  unknown: { icon: 'waiting', tone: 'quiet' }
};

export function stateWord(state: RunState, trans: TranslationBundle): string {
  switch (state) {
    case 'running':
      return trans.__('Running');
    case 'idle':
      return trans.__('Idle');
    case 'starting':
      return trans.__('Starting');
    case 'stopping':
      return trans.__('Stopping');
    case 'stopped':
      return trans.__('Stopped');
    case 'failed':
      return trans.__('Failed');
    case 'unknown':
      return trans.__('Unknown');
  }
}

/** What of the account pays for: it runs, or is about to. */
export function bills(row: Running): boolean {
  return row.state === 'running' || row.state === 'idle' || row.state === 'starting';
}

/** Whether a row can be stopped at all; other people's only after they were chosen. */
export function canStop(row: Running): boolean {
  return row.stop === 'yes' || row.stop === 'not_yours' || row.stop === 'this_one';
}

/** "Code Editor", "MLflow server", "JupyterLab, shared". */
export function kindWords(row: Running, trans: TranslationBundle): string {
  switch (row.kind) {
    case 'app': {
      const name = appWords(row.app_type, trans);
      return row.shared ? trans.__('%1, shared', name) : name;
    }
    case 'tracking_server':
      return trans.__('MLflow server');
    case 'mlflow_app':
      return trans.__('MLflow app');
    case 'notebook_instance':
      return trans.__('Notebook instance');
    case 'endpoint':
      return trans.__('Endpoint');
    case 'cluster':
      return trans.__('Cluster');
    case 'storage':
      return trans.__('Storage');
  }
}

/** An app type as people say it. */
export function appWords(type: string, trans: TranslationBundle): string {
  switch (type) {
    case 'CodeEditor':
      return trans.__('Code Editor');
    case 'RStudioServerPro':
      return trans.__('RStudio');
    case 'RSessionGateway':
      return trans.__('RStudio session');
    case 'JupyterServer':
      return trans.__('Studio Classic');
    case 'KernelGateway':
      return trans.__('Studio Classic kernel');
    case 'DetailedProfiler':
      return trans.__('Profiler');
    case '':
      return trans.__('App');
    default:
      return type; // JupyterLab, Canvas, TensorBoard, and what comes after us
  }
}

/** Whose it is; what belongs to no one person is the team's. */
export function ownerWords(row: Running, trans: TranslationBundle): string {
  if (row.owner !== null && row.shared !== true) {
    return row.owner;
  }
  return row.shared === true ? trans.__('shared') : '–';
}

/** Only where it is really known: AWS's own time of use is a health check's. */
export function idleWords(row: Running, trans: TranslationBundle): string {
  if (row.idle_for === null || !bills(row)) {
    return '–';
  }
  return row.idle_for < 300 ? trans.__('in use') : span(row.idle_for, trans);
}

/** Why a row has no Stop button. */
export function whyNotWords(row: Running, trans: TranslationBundle): string {
  switch (row.stop) {
    case 'this_one':
      return trans.__('this one');
    case 'not_yours':
      return trans.__('not yours');
    case 'not_from_here':
      return trans.__('in console');
    default:
      return '';
  }
}

/** What AWS said when it failed, as it is; in its lists it says nothing for apps. */
export function failureWords(row: Running, trans: TranslationBundle): string {
  if (row.failure) {
    return row.failure;
  }
  return row.kind === 'app'
    ? trans.__(
        'AWS does not say why in its list. The app’s log is in CloudWatch, in the group /aws/sagemaker/studio.'
      )
    : trans.__('AWS does not say why in its list. The SageMaker console may.');
}

/** What the parts of a list are called in sentences. */
export function partWords(name: Part['name'], trans: TranslationBundle): string {
  switch (name) {
    case 'here':
      return trans.__('your space');
    case 'settings':
      return trans.__('the domain');
    case 'profiles':
      return trans.__('user profiles');
    case 'spaces':
      return trans.__('spaces');
    case 'apps':
      return trans.__('apps');
    case 'others':
      return trans.__('MLflow, endpoints and notebook instances');
    case 'prices':
      return trans.__('prices');
  }
}

/** "You may not list apps", for a permission that is missing. */
export function deniedWords(name: Part['name'], trans: TranslationBundle): string {
  switch (name) {
    case 'settings':
      return trans.__('You may not look at the domain');
    case 'here':
      return trans.__('You may not look at your space');
    case 'profiles':
      return trans.__('You may not list user profiles');
    case 'spaces':
      return trans.__('You may not list spaces');
    case 'apps':
      return trans.__('You may not list apps');
    case 'prices':
      return trans.__('You may not ask for prices');
    default:
      return trans.__('You may not look at %1', partWords(name, trans));
  }
}

/** The headline of a part that is not there; a permission has words of its own. */
export function troubleWords(part: Part, trans: TranslationBundle): string {
  const what = partWords(part.name, trans);
  switch (part.problem?.code) {
    case 'aws.forbidden':
      return deniedWords(part.name, trans);
    case 'aws.no_credentials':
      return trans.__('Needs an AWS sign-in');
    case 'aws.credentials_expired':
      return trans.__('Your AWS sign-in has expired');
    case 'aws.credentials_refused':
      return trans.__('AWS refused the sign-in');
    case 'aws.unreachable':
      return trans.__('No way to AWS for %1', what);
    case 'aws.throttled':
      return trans.__('AWS asks for a pause');
    case 'aws.boto3_too_old':
      return trans.__('boto3 is too old for %1', what);
    case 'aws.no_region':
      return trans.__('No AWS region is set');
    case 'domain.none':
      return trans.__('No domain here');
    default:
      return part.state === 'not_here'
        ? trans.__('Not here: %1', what)
        : part.state === 'partial'
          ? trans.__('Not all of %1 came', what)
          : trans.__('Could not read %1', what);
  }
}

/** What a part that waits says; empty while the wait is short. */
export function waitWords(part: Part, trans: TranslationBundle): string {
  if (part.state !== 'loading') {
    return '';
  }
  const what = partWords(part.name, trans);
  if (part.retry_after !== null) {
    return trans.__(
      'AWS asks for a pause; %1 are asked for again in %2.',
      what,
      span(Math.max(1, part.retry_after), trans)
    );
  }
  return part.problem?.message ?? '';
}

/** SageMaker has not answered, for a part without words of its own. */
export function slowWords(part: Part, seconds: number, trans: TranslationBundle): string {
  const who = part.name === 'prices' ? trans.__('The price list') : trans.__('SageMaker');
  return part.rows > 0
    ? trans.__(
        '%1 so far; %2 has not answered for %3.',
        count(part.rows),
        who,
        span(seconds, trans)
      )
    : trans.__('%1 has not answered for %2.', who, span(seconds, trans));
}

/** Where the prices come from, and from when. */
export function priceWords(cost: Cost, region: string, trans: TranslationBundle): string {
  const date = day(cost.price_date);
  switch (cost.price_source) {
    case 'api':
      return cost.price_sample
        ? trans.__('Sample prices of %1, %2, not AWS’s own.', date, region)
        : trans.__('List prices of %1, %2, from AWS.', date, region);
    case 'table':
      return cost.price_sample
        ? trans.__('Sample prices of %1, %2, from the shipped table.', date, region)
        : trans.__('List prices of %1, %2, from the shipped table.', date, region);
    case 'none':
      return trans.__('No price is known for %1.', region);
  }
}

/** What "up to" means. */
export function upToWords(trans: TranslationBundle): string {
  return trans.__(
    '“Up to” counts every hour since the start at the list price; savings plans are not seen.'
  );
}

/** How many of what runs have no price; empty where all have one. */
export function unknownWords(unknown: number, trans: TranslationBundle): string {
  return unknown === 0
    ? ''
    : trans._n(
        'Without %1 whose price is unknown.',
        'Without %1 whose prices are unknown.',
        unknown
      );
}

/** When apps are stopped for being idle, and who says so. */
export function idleSettingWords(
  setting: IdleSetting | null,
  trans: TranslationBundle
): string {
  if (setting === null || setting.enabled === null) {
    return trans.__('unknown');
  }
  if (!setting.enabled || setting.minutes === null) {
    return trans.__('never');
  }
  return minutesWords(setting.minutes, trans);
}

export function sourceWords(
  source: IdleSetting['source'],
  trans: TranslationBundle
): string {
  switch (source) {
    case 'space':
      return trans.__('from this space');
    case 'profile':
      return trans.__('from your profile');
    case 'domain':
      return trans.__('from the domain');
    case 'default_space':
      return trans.__('from the domain’s shared spaces');
    case 'none':
      return trans.__('nobody set one');
  }
}

/** The page's name: "Domain: acme-ml". */
export function titleWords(state: DomainState | null, trans: TranslationBundle): string {
  const name = state && domainName(state);
  return name ? trans.__('Domain: %1', name) : trans.__('Domain');
}

export function domainName(state: DomainState): string {
  const choice = state.choices.find(one => one.id === state.chosen);
  return choice?.name ?? state.here.domain_name ?? state.chosen ?? '';
}

/** "3.42 of it idle" needs the figure alone; 0 is said as none. */
export function idleCostWords(cost: Cost, trans: TranslationBundle): string {
  return trans._n('of it idle, %2', 'of it idle, %2', cost.idle, count(cost.idle));
}

/** One line that a screen reader is told when a stop has ended. */
export function refusalWords(refusal: Refusal): string {
  return [refusal.message, refusal.hint].filter(Boolean).join(' ');
}

/** What the domain opens first, from the API's own word for it. */
export function landingWords(landing: string | null, trans: TranslationBundle): string {
  switch (landing) {
    case null:
      return '–';
    case 'studio::':
      return trans.__('Studio');
    case 'app:JupyterServer:default':
    case 'app:JupyterServer:':
      return trans.__('Studio Classic');
    default:
      return landing;
  }
}

/** Money of a cell; a dash where nothing is paid, "unknown" where nobody knows. */
export function perHourCell(row: Running, trans: TranslationBundle): string {
  if (!bills(row)) {
    return '–';
  }
  return row.per_hour === null ? trans.__('unknown') : money(row.per_hour);
}

export function upToCell(row: Running, trans: TranslationBundle): string {
  if (row.up_to !== null) {
    return cents(row.up_to);
  }
  return bills(row) ? trans.__('unknown') : '–';
}
