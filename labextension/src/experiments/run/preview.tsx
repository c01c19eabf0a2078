/** One file of a run, to look at: text, tables and pictures, never a document of its own. */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../../api/request';
import type { FileContent } from '../../api/types';
import { Book } from '../../notebooks/book';
import { pictureAddress } from '../../notebooks/output';
import { Button } from '../../shell/controls';
import type { IPartProps } from './props';
import { Trouble, useAsked } from './told';
import { lastPart, sizeWords } from '../../shell/sizes';

export function Preview(given: {
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
      {asked.state === 'here' && (
        <Content content={asked.value} markdown={props.markdown} trans={trans} />
      )}
    </section>
  );
}

function Content(props: {
  content: FileContent;
  markdown: IMarkdownParser | null;
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
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
}): React.ReactElement {
  const { content, markdown, trans } = props;
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
        <Book notebook={content.notebook} markdown={markdown} trans={trans} />
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
