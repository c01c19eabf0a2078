/** The files of a run: folders opened when somebody asks, and a file looked at or saved. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../../api/request';
import type { FileContent, RunFile, RunFiles } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { count } from '../format';
import { Part } from './facts';
import { NotebookCells, pictureAddress } from './notebook';
import type { IPartProps } from './props';
import { Trouble, useAsked } from './told';
import { lastPart, sizeWords } from './words';

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

function Preview(given: {
  path: string;
  props: IPartProps;
  onClose(): void;
}): React.ReactElement {
  const { path, props, onClose } = given;
  const { trans, deeds } = props;
  const [asked, ask] = useAsked<FileContent>();
  const [saving, setSaving] = React.useState(false);
  const [refusal, setRefusal] = React.useState<RequestError | null>(null);
  const read = () => ask(() => deeds.file(path));
  // eslint-disable-next-line react-hooks/exhaustive-deps -- once: another file is another preview
  React.useEffect(read, []);
  const save = async () => {
    setSaving(true);
    setRefusal(null);
    try {
      await deeds.save(path);
    } catch (error) {
      setRefusal(error as RequestError);
    }
    setSaving(false);
  };
  return (
    <section
      className="smo-Preview"
      data-smo-preview={asked.state === 'here' ? asked.value.kind : asked.state}
      aria-label={trans.__('%1, to look at', lastPart(path))}
      aria-busy={asked.state === 'asking'}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <div className="smo-Preview-head">
        <strong dir="auto">{lastPart(path)}</strong>
        <span className="smo-secondary">
          {asked.state === 'here' &&
            asked.value.size !== null &&
            sizeWords(asked.value.size, trans)}
        </span>
        <span className="smo-Table-space" />
        <Button
          name="save-file"
          label={saving ? trans.__('Saving…') : trans.__('Save')}
          hint={saving ? undefined : trans.__('Save %1', lastPart(path))}
          disabled={saving}
          onClick={() => void save()}
        />
        <Button
          name="close-preview"
          icon="cross"
          label={trans.__('Close %1', lastPart(path))}
          onClick={onClose}
        />
      </div>
      {refusal && (
        <div role="alert">
          <Trouble trouble={refusal} trans={trans} />
        </div>
      )}
      {asked.state === 'asking' && (
        <p className="smo-secondary">{trans.__('Reading the file…')}</p>
      )}
      {asked.state === 'failed' && (
        <div role="alert">
          <Trouble trouble={asked.error} trans={trans} onAgain={read} />
        </div>
      )}
      {asked.state === 'here' && <Content content={asked.value} trans={trans} />}
    </section>
  );
}

export function Content(props: {
  content: FileContent;
  trans: TranslationBundle;
}): React.ReactElement {
  const { content, trans } = props;
  return (
    <>
      <Body {...props} />
      {content.more && (
        <p className="smo-secondary">
          {trans.__('It goes on; this is the beginning. Save it to see all of it.')}
        </p>
      )}
    </>
  );
}

function Body(props: {
  content: FileContent;
  trans: TranslationBundle;
}): React.ReactElement {
  const { content, trans } = props;
  const name = lastPart(content.path);
  switch (content.kind) {
    case 'text':
    case 'json':
      return (
        <pre className="smo-Preview-text" tabIndex={0} role="region" aria-label={name}>
          {content.text === '' ? trans.__('The file is empty.') : content.text}
        </pre>
      );
    case 'table': {
      const [names = [], ...rows] = content.rows;
      return (
        <div className="smo-Preview-scroll" tabIndex={0} role="region" aria-label={name}>
          <table className="smo-Preview-table">
            <thead>
              <tr>
                {names.map((one, index) => (
                  <th key={index} scope="col">
                    {one}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => (
                    <td key={at}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case 'image': {
      const address = pictureAddress(content);
      return address === null ? (
        <p>{trans.__('This picture cannot be shown here.')}</p>
      ) : (
        <img className="smo-Preview-image" alt={name} src={address} />
      );
    }
    case 'notebook':
      return content.notebook ? (
        <NotebookCells notebook={content.notebook} trans={trans} />
      ) : (
        <></>
      );
    case 'large':
      return (
        <p>{trans.__('It is too large to be shown here. Save it to look at it.')}</p>
      );
    default:
      return (
        <p>
          {trans.__('There is nothing to show of this kind of file. Save it to use it.')}
        </p>
      );
  }
}
