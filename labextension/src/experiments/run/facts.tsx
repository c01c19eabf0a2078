/** What a run came from: its code, and what it ran on. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button } from '../../shell/controls';
import { count } from '../format';
import { Fact, Part } from './part';
import type { IPartProps } from './props';
import { lastPart } from '../../shell/sizes';
import { changedWords, pushedWords, whyWords } from './words';

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
