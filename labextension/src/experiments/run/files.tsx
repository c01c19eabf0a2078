/** The files of a run: folders opened when somebody asks, and a file looked at or saved. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunFile, RunFiles } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count } from '../format';
import { Part } from './part';
import { Preview } from './preview';
import type { IPartProps } from './props';
import { Trouble, useAsked } from './told';
import { lastPart, sizeWords } from '../../shell/sizes';

export interface IOpened {
  /** The folder that is looked into; '' for the uppermost. */
  readonly folder: string;
  /** The file that is looked at. */
  readonly path: string | null;
}

export function Files(
  props: IPartProps & { opened: IOpened; onOpened(opened: IOpened): void }
): React.ReactElement {
  const { kept, keptProblem, trans, deeds, opened, onOpened } = props;
  const [listed, list] = useAsked<RunFiles>();
  const { folder, path } = opened;
  const heading = trans.__('Files');
  React.useEffect(() => {
    if (folder !== '') {
      list(() => deeds.files(folder));
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- asked once for each folder
  }, [folder]);
  if (kept === null) {
    return (
      <Part id="files" of={props.id} title={heading}>
        {keptProblem ? (
          <Trouble trouble={keptProblem} trans={trans} onAgain={deeds.again} />
        ) : (
          <p className="smo-secondary" aria-busy="true">
            {trans.__('Reading what was kept…')}
          </p>
        )}
      </Part>
    );
  }
  const top = { files: kept.files, cut: kept.cut };
  const here = folder === '' ? top : listed.state === 'here' ? listed.value : null;
  const sizes = kept.files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  const number = kept.files.filter(file => !file.folder).length + kept.cut;
  return (
    <Part
      id="files"
      of={props.id}
      title={heading}
      note={
        number === 0
          ? undefined
          : sizes > 0
            ? `${count(number)} · ${sizeWords(sizes, trans)}`
            : count(number)
      }
    >
      {kept.problems.map(({ part, problem }) => (
        <Trouble
          key={part}
          trouble={problem}
          trans={trans}
          onAgain={deeds.again}
          onCopy={deeds.copy}
        />
      ))}
      {folder !== '' && <Crumbs folder={folder} onOpened={onOpened} trans={trans} />}
      {listed.state === 'failed' && folder !== '' && (
        <Trouble
          trouble={listed.error}
          trans={trans}
          onAgain={() => list(() => deeds.files(folder))}
        />
      )}
      {listed.state === 'asking' && folder !== '' && (
        <p className="smo-secondary" aria-busy="true">
          {trans.__('Reading the folder…')}
        </p>
      )}
      {here && here.files.length === 0 && kept.problems.length === 0 && (
        <p className="smo-secondary">{trans.__('No files were kept.')}</p>
      )}
      {here && here.files.length > 0 && (
        <Chips
          files={here.files}
          path={path}
          label={folder || heading}
          trans={trans}
          onFile={file =>
            onOpened(
              file.folder
                ? { folder: file.path, path: null }
                : { folder, path: file.path === path ? null : file.path }
            )
          }
        />
      )}
      {here && here.cut > 0 && (
        <p className="smo-secondary">{trans.__('and %1 more', count(here.cut))}</p>
      )}
      {path !== null && (
        <Preview
          key={path}
          path={path}
          props={props}
          onClose={() => onOpened({ folder, path: null })}
        />
      )}
    </Part>
  );
}

function Crumbs(props: {
  folder: string;
  onOpened(opened: IOpened): void;
  trans: TranslationBundle;
}): React.ReactElement {
  const parts = props.folder.split('/');
  const open = (folder: string) => props.onOpened({ folder, path: null });
  return (
    <nav className="smo-Run-crumbs" aria-label={props.trans.__('Folders')}>
      <Button
        name="files-top"
        look="link"
        label={props.trans.__('Files')}
        onClick={() => open('')}
      />
      {parts.map((part, index) => (
        <React.Fragment key={index}>
          <span aria-hidden="true">/</span>
          {index === parts.length - 1 ? (
            <span aria-current="true">{part}</span>
          ) : (
            <Button
              name="folder"
              look="link"
              label={part}
              onClick={() => open(parts.slice(0, index + 1).join('/'))}
            />
          )}
        </React.Fragment>
      ))}
    </nav>
  );
}

function Chips(props: {
  files: readonly RunFile[];
  path: string | null;
  label: string;
  trans: TranslationBundle;
  onFile(file: RunFile): void;
}): React.ReactElement {
  const { trans } = props;
  return (
    <ul className="smo-Run-files" aria-label={props.label}>
      {props.files.map(file => (
        <li key={file.path}>
          <button
            type="button"
            className="smo-Button smo-Run-file"
            data-smo-file={file.path}
            aria-expanded={file.folder ? undefined : file.path === props.path}
            title={file.path}
            onClick={() => props.onFile(file)}
          >
            <Icon name={file.folder ? 'folder' : 'file'} />
            <span className="smo-Run-fileName" dir="auto">
              {lastPart(file.path)}
              {file.folder && '/'}
            </span>{' '}
            <span className="smo-secondary">
              {file.size !== null && sizeWords(file.size, trans)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
