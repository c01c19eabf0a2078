import { describe, expect, it } from 'vitest';

import { app, bobs, cost, part, problem } from '../testing/domain';
import { trans } from '../testing/view';
import {
  cents,
  day,
  minutesWords,
  moment,
  money,
  monthly,
  rate,
  span,
  upTo
} from './format';
import { stopWords } from './stop-words';
import {
  deniedWords,
  failureWords,
  idleWords,
  kindWords,
  perHourCell,
  priceWords,
  slowWords,
  troubleWords,
  unknownWords,
  upToCell,
  waitWords
} from './words';

describe('money', () => {
  it('has two digits, and more where it takes more', () => {
    expect(money(0.23)).toBe('$0.23');
    expect(money(1234.5)).toBe('$1,234.50');
    expect(money(0.0042)).toBe('$0.0042');
    expect(cents(0.0042)).toBe('< $0.01');
    expect(cents(0)).toBe('$0.00');
  });

  it('is unknown, never 0', () => {
    expect(rate(0.23, trans)).toBe('$0.23 / h');
    expect(rate(null, trans)).toBe('unknown');
    expect(upTo(16.99, trans)).toBe('up to $16.99');
    expect(upTo(null, trans)).toBe('unknown');
    expect(monthly(null, trans)).toBe('unknown');
    expect(perHourCell(app('a', { per_hour: null }), trans)).toBe('unknown');
    expect(upToCell(app('a', { up_to: null }), trans)).toBe('unknown');
  });

  it('is a dash where nothing is paid', () => {
    const stopped = app('a', { state: 'stopped', per_hour: null, up_to: null });
    expect(perHourCell(stopped, trans)).toBe('–');
    expect(upToCell(stopped, trans)).toBe('–');
  });
});

describe('times', () => {
  it.each([
    [40, '40 s'],
    [12 * 60, '12 min'],
    [6 * 3600 + 4 * 60, '6 h 4 min'],
    [6 * 3600, '6 h'],
    [20 * 3600 + 59 * 60, '20 h'],
    [3 * 86400, '3 days']
  ])('%d s is %s', (seconds, said) => expect(span(seconds, trans)).toBe(said));

  it('have a year only where it is another one', () => {
    const now = new Date('2026-11-10T12:00:00Z');
    expect(moment('2026-11-07T11:40:00Z', now)).not.toContain('2026');
    expect(moment('2025-11-07T11:40:00Z', now)).toContain('2025');
    expect(moment(null)).toBe('');
  });

  it('keeps the day of a price list everywhere', () => {
    expect(day('2026-11-02')).toContain('2');
    expect(day('2026-11-02')).toContain('November');
  });

  it('says a setting in minutes', () => {
    expect(minutesWords(60, trans)).toBe('60 min');
    expect(minutesWords(150, trans)).toBe('2 h 30 min');
  });
});

describe('idle', () => {
  it('is a dash where nobody knows', () => {
    expect(idleWords(app('a'), trans)).toBe('–');
    expect(idleWords(app('a', { idle_for: 0 }), trans)).toBe('in use');
    expect(idleWords(app('a', { idle_for: 79_200 }), trans)).toBe('22 h');
    expect(idleWords(app('a', { idle_for: 79_200, state: 'stopped' }), trans)).toBe('–');
  });
});

describe('kinds', () => {
  it.each([
    [{}, 'JupyterLab'],
    [{ shared: true }, 'JupyterLab, shared'],
    [{ app_type: 'CodeEditor' }, 'Code Editor'],
    [{ app_type: 'SomethingNew' }, 'SomethingNew'],
    [{ kind: 'tracking_server' as const, app_type: '' }, 'MLflow server'],
    [{ kind: 'notebook_instance' as const, app_type: '' }, 'Notebook instance']
  ])('%j', (more, said) => expect(kindWords(app('a', more), trans)).toBe(said));
});

describe('the second step', () => {
  it('names what is lost and what is saved', () => {
    const words = stopWords([app('tuning-gpu', { per_hour: 1.41 })], trans);
    expect(words.title).toBe('Stop tuning-gpu?');
    expect(words.says).toContain('Files stay on its disk.');
    expect(words.says).toContain('lost');
    expect(words.go).toBe('Stop, saves $1.41 / h');
    expect(words.keep).toBe('Keep running');
  });

  it('says how long it was not used, where that is known', () => {
    const words = stopWords([app('a', { idle_for: 21_840 })], trans);
    expect(words.says).toContain('not used for 6 h 4 min');
  });

  it('promises no saving that is not known', () => {
    expect(stopWords([app('a', { per_hour: null })], trans).go).toBe('Stop');
    const both = [app('a', { per_hour: null }), app('b', { per_hour: 1 })];
    expect(stopWords(both, trans).go).toBe('Stop, saves at least $1.00 / h');
  });

  it('names several, whose they are, and that one is in the last of them', () => {
    const rows = [app('here', { this_one: true }), bobs('train-xl', { per_hour: 1.52 })];
    const words = stopWords(rows, trans);
    expect(words.title).toBe('Stop these 2?');
    expect(words.says).toContain('here, train-xl');
    expect(words.says).toContain('bob');
    expect(words.says).toContain('You are in here: it is stopped last');
  });

  it.each([
    ['tracking_server', '', 'Runs and models stay.'],
    ['notebook_instance', '', 'goes on to cost'],
    ['app', 'Canvas', 'What was not saved is lost.']
  ] as const)('of %s %s', (kind, app_type, said) =>
    expect(stopWords([app('a', { kind, app_type })], trans).says).toContain(said)
  );
});

describe('trouble', () => {
  it.each([
    ['aws.forbidden', 'You may not list apps'],
    ['aws.no_credentials', 'Needs an AWS sign-in'],
    ['aws.credentials_expired', 'Your AWS sign-in has expired'],
    ['aws.unreachable', 'No way to AWS for apps'],
    ['aws.throttled', 'AWS asks for a pause'],
    ['aws.boto3_too_old', 'boto3 is too old for apps'],
    ['aws.failed', 'Could not read apps']
  ])('%s', (code, said) => {
    const failed = part('apps', { state: 'failed', problem: problem({ code }) });
    expect(troubleWords(failed, trans)).toBe(said);
  });

  it('has a sentence for each part that is denied', () => {
    const names = ['here', 'settings', 'profiles', 'spaces', 'apps', 'others', 'prices'];
    const said = names.map(name => deniedWords(name as 'apps', trans));
    expect(new Set(said).size).toBe(names.length);
    expect(said.every(words => words.startsWith('You may not'))).toBe(true);
  });

  it('says who has not answered, and what came so far', () => {
    const loading = part('apps', { state: 'loading', rows: 0 });
    expect(slowWords(loading, 4, trans)).toBe('SageMaker has not answered for 4 s.');
    expect(slowWords({ ...loading, rows: 1200 }, 4, trans)).toContain('1,200 so far');
    expect(waitWords({ ...loading, retry_after: 4 }, trans)).toContain('again in 4 s');
    expect(waitWords(part('apps'), trans)).toBe('');
  });

  it('says that AWS gives no reason, where it gives none', () => {
    const failed = app('a', { state: 'failed' });
    expect(failureWords(failed, trans)).toContain('/aws/sagemaker/studio');
    expect(failureWords({ ...failed, failure: 'No capacity.' }, trans)).toBe(
      'No capacity.'
    );
  });
});

describe('prices', () => {
  it('say where they come from, and from when', () => {
    expect(priceWords(cost(), 'eu-west-1', trans)).toContain('from the shipped table');
    expect(priceWords(cost({ price_source: 'api' }), 'eu-west-1', trans)).toContain(
      'from AWS'
    );
    expect(priceWords(cost({ price_sample: true }), 'eu-west-1', trans)).toContain(
      'Sample'
    );
    expect(priceWords(cost({ price_source: 'none' }), 'eu-west-1', trans)).toBe(
      'No price is known for eu-west-1.'
    );
  });

  it('count what has none', () => {
    expect(unknownWords(0, trans)).toBe('');
    expect(unknownWords(1, trans)).toBe('Without 1 whose price is unknown.');
    expect(unknownWords(12, trans)).toBe('Without 12 whose prices are unknown.');
  });
});
