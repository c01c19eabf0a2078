/** The tags of a run: set by a click, and undone by another. */

import * as React from 'react';

import type { RequestError } from '../../api/request';
import { Button } from '../../shell/controls';
import type { IPartProps } from './props';
import { readTag, tagWords } from '../tagging/words';

/** The last change of a tag, which one click takes back. */
interface IDone {
  readonly name: string;
  /** As it was before; null: it was not there. */
  readonly before: string | null;
}

export function Tags(props: IPartProps): React.ReactElement {
  const { shown, trans, deeds } = props;
  const [adding, setAdding] = React.useState(false);
  const [typed, setTyped] = React.useState('');
  const [busy, setBusy] = React.useState(false);
  const [done, setDone] = React.useState<IDone | null>(null);
  const [refusal, setRefusal] = React.useState<RequestError | null>(null);
  const adder = React.useRef<HTMLButtonElement>(null);
  const field = React.useRef<HTMLInputElement>(null);
  const undo = React.useRef<HTMLButtonElement>(null);
  /** What gets the focus as soon as it is on the page. */
  const wanted = React.useRef<React.RefObject<HTMLElement> | null>(null);
  React.useEffect(() => {
    if (wanted.current?.current) {
      wanted.current.current.focus();
      wanted.current = null;
    }
  });

  const set = async (name: string, value: string | null): Promise<boolean> => {
    const known = shown.tags.find(tag => tag.name === name);
    setBusy(true);
    setRefusal(null);
    try {
      // What is shown of a long value is only its beginning.
      const before = known?.more ? (await deeds.whole('tags', name)).text : known?.value;
      await deeds.setTags({ [name]: value });
      setDone({ name, before: before ?? null });
      return true;
    } catch (error) {
      wanted.current = null;
      setRefusal(error as RequestError);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const add = async () => {
    const read = readTag(typed);
    if (!read) {
      setAdding(false);
    } else if (await set(...read)) {
      wanted.current = adder;
      setTyped('');
      setAdding(false);
    } else {
      field.current?.focus();
    }
  };
  const words = done
    ? shown.tags.some(tag => tag.name === done.name)
      ? trans.__('Tag %1 is set.', done.name)
      : trans.__('Tag %1 is taken away.', done.name)
    : '';
  return (
    <>
      <ul className="smo-Run-tags" aria-label={trans.__('Tags')}>
        {shown.tags.map(({ name, value, more }) => (
          <li key={name} className="smo-Run-tag" data-smo-tag={name} title={value}>
            <span className="smo-Run-tagText" dir="auto">
              {tagWords(name, value)}
              {more && '…'}
            </span>
            <Button
              name="untag"
              icon="cross"
              label={trans.__('Take away the tag %1', name)}
              disabled={busy}
              onClick={() => {
                wanted.current = undo;
                void set(name, null);
              }}
            />
          </li>
        ))}
      </ul>
      {adding ? (
        <input
          ref={field}
          className="smo-Field smo-Run-newTag"
          data-smo-do="new-tag"
          autoFocus
          value={typed}
          maxLength={5000}
          readOnly={busy}
          aria-label={trans.__('New tag: a name, or name=value')}
          placeholder={trans.__('name or name=value')}
          onChange={event => setTyped(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              void add();
            } else if (event.key === 'Escape') {
              event.stopPropagation();
              wanted.current = adder;
              setAdding(false);
              setRefusal(null);
            }
          }}
          onBlur={() => typed.trim() === '' && setAdding(false)}
        />
      ) : (
        <Button
          ref={adder}
          name="add-tag"
          look="link"
          label={trans.__('+ tag')}
          onClick={() => setAdding(true)}
        />
      )}
      <span className="smo-Run-undo" role="status" data-smo-told={words || undefined}>
        {words !== '' && <span className="smo-secondary">{words}</span>}
      </span>
      {done && (
        <Button
          ref={undo}
          name="undo-tag"
          look="link"
          label={trans.__('Undo')}
          hint={trans.__('Undo: tag %1', done.name)}
          disabled={busy}
          onClick={() => {
            const { name, before } = done;
            void set(name, before).then(isDone => {
              if (isDone) {
                wanted.current = adder;
                setDone(null);
              }
            });
          }}
        />
      )}
      {refusal && (
        <span className="smo-Run-refusal" role="alert" data-smo-code={refusal.code}>
          {refusal.message} {refusal.hint}
        </span>
      )}
    </>
  );
}
