/** What a run came from: code, environment, data, and other runs. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunReference, RunShown } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count, moment } from '../format';
import { STATES } from '../states';
import { statusWords } from '../latest';
import type { IPartProps } from './props';
import { changedWords, lastPart, pushedWords, sizeWords, whyWords } from './words';

export function Part(props: {
  id: string;
  of: string;
  title: string;
  note?: string;
  children: React.ReactNode;
}): React.ReactElement {
  const heading = `smo-Run-${props.of}-${props.id}`;
  return (
    <section className="smo-Run-part" data-smo-part={props.id} aria-labelledby={heading}>
      <div className="smo-Run-partHead">
        <h2 id={heading}>{props.title}</h2>
        {props.note !== undefined && <span className="smo-secondary">{props.note}</span>}
      </div>
      {props.children}
    </section>
  );
}

/** A name and what is known of it; nothing where nothing is. */
function Fact(props: {
  name: string;
  children: React.ReactNode;
}): React.ReactElement | null {
  const { children } = props;
  if (children === '' || children === null || children === false) {
    return null;
  }
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export function Code(props: IPartProps): React.ReactElement {
  const { shown, kept, trans } = props;
  const { code } = shown;
  const place = [
    code.branch && trans.__('on %1', code.branch),
    pushedWords(code.pushed, trans)
  ];
  const changed = changedWords(shown, kept, trans);
  const nothing =
    !code.repository && !code.commit && !code.notebook && !code.snapshot && !changed;
  return (
    <Part id="code" of={props.id} title={trans.__('Code')}>
      {nothing && (
        <p className="smo-secondary">
          {shown.recorded
            ? trans.__('It ran in no repository.')
            : trans.__('sm_onboard did not record this run, so its code was not kept.')}
        </p>
      )}
      <dl className="smo-Run-facts">
        <Fact name={trans.__('Repository')}>
          {code.link !== '' ? (
            <a href={code.link} target="_blank" rel="noopener noreferrer">
              {code.link.slice('https://'.length)}
            </a>
          ) : (
            code.repository
          )}
        </Fact>
        <Fact name={trans.__('Commit')}>
          {code.commit !== '' && (
            <>
              <code title={code.commit}>{code.commit.slice(0, 7)}</code>{' '}
              {place.filter(Boolean).join(', ')}
            </>
          )}
        </Fact>
        <Fact name={trans.__('Kept with it')}>
          {changed !== '' && (
            <>
              {changed}
              {kept?.snapshot && code.snapshot !== '' && (
                <>
                  {' '}
                  ({trans.__('snapshot')}{' '}
                  <code title={code.snapshot}>{code.snapshot.slice(0, 7)}</code>)
                </>
              )}
              <Files
                name="changed"
                cut={kept?.changed_cut ?? 0}
                files={kept?.changed.map(file => `${file.path} (${file.change})`) ?? []}
                trans={trans}
              />
            </>
          )}
        </Fact>
        <Fact name={trans.__('Left out')}>
          {kept !== null && kept.left_out.length > 0 && (
            <>
              {kept.left_out.slice(0, 2).map(file => (
                <div key={file.path}>
                  {file.path}, {whyWords(file, trans)}
                </div>
              ))}
              {kept.left_out.length > 2 && (
                <Files
                  name="left-out"
                  cut={kept.left_out_cut}
                  files={kept.left_out.map(
                    file => `${file.path}, ${whyWords(file, trans)}`
                  )}
                  trans={trans}
                />
              )}
            </>
          )}
        </Fact>
        <Fact name={trans.__('Ran in')}>
          {code.notebook !== '' && <span title={code.notebook}>{code.notebook}</span>}
        </Fact>
      </dl>
    </Part>
  );
}

/** A list that is folded up at first. */
function Files(props: {
  name: string;
  files: readonly string[];
  cut: number;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const { files, cut, trans } = props;
  if (files.length === 0) {
    return null;
  }
  return (
    <details className="smo-Run-more" data-smo-list={props.name}>
      <summary>
        {trans._n('%2 file', '%2 files', files.length + cut, count(files.length + cut))}
      </summary>
      <ul>
        {files.map(file => (
          <li key={file} dir="auto">
            {file}
          </li>
        ))}
        {cut > 0 && <li>{trans.__('and %1 more', count(cut))}</li>}
      </ul>
    </details>
  );
}

export function Environment(
  props: IPartProps & { onFile(path: string): void }
): React.ReactElement {
  const { shown, kept, trans, deeds } = props;
  const { image, python, instance, gpu, seed, space } = shown.environment;
  const packages = kept?.packages ?? null;
  const any =
    image || python || instance || gpu || seed || packages !== null || shown.job;
  return (
    <Part id="environment" of={props.id} title={trans.__('Environment')}>
      {!any && <p className="smo-secondary">{trans.__('It was not recorded.')}</p>}
      <dl className="smo-Run-facts">
        <Fact name={trans.__('Image')}>{image}</Fact>
        <Fact name={trans.__('Python')}>
          {(python !== '' || packages !== null) && (
            <>
              {python}
              {packages !== null && (
                <>
                  {python !== '' && ', '}
                  <Button
                    name="packages"
                    look="link"
                    label={trans._n(
                      '%2 package',
                      '%2 packages',
                      packages,
                      count(packages)
                    )}
                    onClick={() => props.onFile('sm-onboard/environment.txt')}
                  />
                </>
              )}
            </>
          )}
        </Fact>
        <Fact name={trans.__('Instance')}>{instance}</Fact>
        <Fact name={trans.__('GPU')}>{gpu}</Fact>
        <Fact name={trans.__('Seed')}>{seed}</Fact>
        <Fact name={trans.__('Space')}>{space}</Fact>
        {(
          [
            [trans.__('Job'), shown.job],
            [trans.__('Execution'), shown.execution]
          ] as const
        ).map(([name, arn]) => (
          <Fact key={name} name={name}>
            {arn !== '' && (
              <>
                <span title={arn}>{lastPart(arn)}</span>{' '}
                <Button
                  name="copy-arn"
                  icon="copy"
                  label={trans.__('Copy the ARN of %1', lastPart(arn))}
                  onClick={() => deeds.copy(arn)}
                />
              </>
            )}
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

export function Data(props: IPartProps): React.ReactElement | null {
  const { shown, trans } = props;
  if (shown.datasets.length === 0) {
    return null;
  }
  return (
    <Part
      id="data"
      of={props.id}
      title={trans.__('Data')}
      note={count(shown.datasets.length)}
    >
      <ul className="smo-Run-data">
        {shown.datasets.map((data, index) => (
          <li key={index}>
            <span className="smo-Run-dataName" dir="auto">
              {data.name}
            </span>{' '}
            <span className="smo-secondary">
              {[
                data.context,
                data.size === null ? '' : sizeWords(data.size, trans),
                data.version && trans.__('version %1', data.version)
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
            <div className="smo-Run-dataPlace" title={data.source}>
              {data.source !== data.name && data.source}{' '}
              {data.digest !== '' && (
                <code title={data.digest}>{data.digest.slice(0, 12)}</code>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** The runs that this one has to do with. */
export function Others(props: IPartProps): React.ReactElement | null {
  const { shown, trans } = props;
  const lists: ReadonlyArray<readonly [string, string, readonly RunReference[]]> = [
    ['parent', trans.__('Part of'), shown.parent ? [shown.parent] : []],
    ['repeats', trans.__('Repeats'), shown.repeats ? [shown.repeats] : []],
    ['repeated', trans.__('Repeated by'), shown.repeated],
    ['children', trans.__('Its parts'), shown.children]
  ];
  const there = lists.filter(([, , runs]) => runs.length > 0);
  if (there.length === 0) {
    return null;
  }
  return (
    <Part id="others" of={props.id} title={trans.__('Other runs')}>
      <dl className="smo-Run-facts">
        {there.map(([name, title, runs]) => (
          <Fact key={name} name={title}>
            <ul className="smo-Run-runs" data-smo-list={name} aria-label={title}>
              {runs.map(run => (
                <li key={run.id || run.name}>
                  <Other run={run} {...props} />
                </li>
              ))}
            </ul>
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function Other(props: IPartProps & { run: RunReference }): React.ReactElement {
  const { run, trans, deeds } = props;
  if (run.id === '') {
    return (
      <>
        <code>{run.name.slice(0, 12)}</code>{' '}
        <span className="smo-secondary">
          {trans.__('in a store that is not read here')}
        </span>
      </>
    );
  }
  const status: RunShown['status'] = run.status ?? 'finished';
  const [icon, tone] = STATES[status] ?? (['skipped', 'quiet'] as const);
  return (
    <>
      <Icon name={icon} tone={tone} />
      <span className="smo-only-heard">{statusWords(status, trans)} </span>
      <Button
        name="open-other"
        look="link"
        label={run.name}
        onClick={() => deeds.openRun(run.id)}
      />{' '}
      <span className="smo-secondary">{run.started !== null && moment(run.started)}</span>
    </>
  );
}
