/** What was found: facts, what went otherwise, files, and whether it would give the same here. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { LinkPreview } from '../../api/types';
import { count } from '../../experiments/format';
import { sizeWords } from '../../shell/sizes';
import { Icon } from '../../shell/icon';
import { factWord, hereWords, LOOKS } from './words';

export function Found(props: {
  preview: LinkPreview;
  trans: TranslationBundle;
}): React.ReactElement {
  const { preview, trans } = props;
  const { facts, warnings, files, same } = preview;
  return (
    <>
      {warnings.length > 0 && (
        <ul className="smo-Shared-warnings" aria-label={trans.__('What is otherwise')}>
          {warnings.map((told, index) => (
            <li key={index} data-smo-warning>
              <Icon name="inTheWay" tone="warn" />
              <span>{told}</span>
            </li>
          ))}
        </ul>
      )}
      <dl className="smo-Shared-facts">
        {facts.map((fact, index) => (
          <React.Fragment key={index}>
            <dt>{factWord(fact.name, trans)}</dt>
            <dd data-smo-fact={fact.name} data-smo-state={fact.state} dir="auto">
              {fact.text}
              {fact.state !== 'ok' && (
                <span className="smo-Shared-state">
                  <Icon name={LOOKS[fact.state].icon} tone={LOOKS[fact.state].tone} />
                  {fact.state === 'unknown' && trans.__('says the link')}
                </span>
              )}
            </dd>
          </React.Fragment>
        ))}
      </dl>
      {files.length > 0 && (
        <section>
          <h2>
            {trans.__('Files')}{' '}
            <span className="smo-secondary">{count(preview.all_files)}</span>
          </h2>
          <ul className="smo-Shared-files">
            {files.map(file => (
              <li key={file.path} data-smo-file={file.path} data-smo-here={file.here}>
                <Icon name="file" />
                <span className="smo-Shared-path" dir="auto">
                  {file.path}
                </span>
                <span className="smo-secondary">{hereWords(file, trans)}</span>
                <span className="smo-Shared-size smo-secondary">
                  {sizeWords(file.size, trans)}
                </span>
              </li>
            ))}
            {preview.all_files > files.length && (
              <li className="smo-secondary">
                {trans.__('and %1 more', count(preview.all_files - files.length))}
              </li>
            )}
          </ul>
        </section>
      )}
      {same.length > 0 && (
        <section>
          <h2>{trans.__('Would it give the same here?')}</h2>
          <ul className="smo-Shared-same">
            {same.map((part, index) => (
              <li key={index} data-smo-part={part.part} data-smo-state={part.state}>
                <Icon name={LOOKS[part.state].icon} tone={LOOKS[part.state].tone} />
                <span dir="auto">{part.text}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
