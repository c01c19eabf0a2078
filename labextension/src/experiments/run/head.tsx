/** The head of a run's page: its name and state, its tags, its note. */

import * as React from 'react';

import type { RequestError } from '../../api/request';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { fullDate } from '../format';
import { STATES } from '../states';
import { NOTE, type IPartProps } from './props';
import { LongText } from './told';
import { aboutWords, readTag, tagWords } from './words';

export function RunHead(props: IPartProps & { now: number }): React.ReactElement {
  const { shown, trans, now } = props;
  const [icon, tone] = STATES[shown.status] ?? (['skipped', 'quiet'] as const);
  const place = shown.experiment_name || shown.experiment;
  return (
    <div className="smo-Run-head">
      <div className="smo-Run-title">
        <Icon name={icon} tone={tone} />
        <h1 className="smo-Run-name" dir="auto">
          {shown.name || shown.own}
        </h1>
        <Tags {...props} />
      </div>
      <p
        className="smo-Run-about smo-secondary"
        title={shown.started === null ? undefined : fullDate(shown.started)}
      >
        {trans.__('%1, in %2', aboutWords(shown, now, trans), place)}
        {', '}
        <span title={shown.store.uri}>{shown.store.name}</span>
      </p>
      <Note {...props} />
    </div>
  );
}

/** The last change of a tag, which one click takes back. */
interface IDone {
  readonly name: string;
  /** As it was before; null: it was not there. */
  readonly before: string | null;
}

function Tags(props: IPartProps): React.ReactElement {
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

function Note(props: IPartProps): React.ReactElement {
  const { shown, trans, deeds } = props;
  const [text, setText] = React.useState<string | null>(null);
  const [busy, setBusy] = React.useState(false);
  const [refusal, setRefusal] = React.useState<RequestError | null>(null);
  const [told, setTold] = React.useState('');
  const edit = React.useRef<HTMLButtonElement>(null);
  const wasEditing = React.useRef(false);
  React.useEffect(() => {
    if (wasEditing.current && text === null) {
      edit.current?.focus();
    }
    wasEditing.current = text !== null;
  }, [text]);

  const begin = async () => {
    setRefusal(null);
    setTold('');
    try {
      setBusy(shown.note_more);
      // Only all of it may be written back.
      setText(shown.note_more ? (await deeds.whole('note', NOTE)).text : shown.note);
    } catch (error) {
      setRefusal(error as RequestError);
    } finally {
      setBusy(false);
    }
  };
  const save = async () => {
    if (text === null || busy) {
      return;
    }
    setBusy(true);
    try {
      await deeds.setTags({ [NOTE]: text.trim() === '' ? null : text });
      setText(null);
      setRefusal(null);
      setTold(trans.__('The note is saved.'));
    } catch (error) {
      setRefusal(error as RequestError);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="smo-Run-note" data-smo-note={text === null ? 'shown' : 'edited'}>
      {text === null ? (
        <>
          {shown.note !== '' && (
            <blockquote className="smo-Run-noteText" dir="auto">
              {shown.note_more ? (
                <LongText
                  text={shown.note}
                  more
                  name={trans.__('the note')}
                  whole={() => deeds.whole('note', NOTE)}
                  copy={deeds.copy}
                  trans={trans}
                />
              ) : (
                shown.note
              )}
            </blockquote>
          )}
          <Button
            ref={edit}
            name="edit-note"
            look="link"
            label={shown.note === '' ? trans.__('+ note') : trans.__('Edit')}
            hint={shown.note === '' ? undefined : trans.__('Edit the note')}
            disabled={busy}
            onClick={() => void begin()}
          />
        </>
      ) : (
        <>
          <textarea
            className="smo-Field smo-Run-noteField"
            autoFocus
            rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
            value={text}
            readOnly={busy}
            aria-label={trans.__('Note, plain text')}
            onChange={event => setText(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                event.stopPropagation();
                void save();
              } else if (event.key === 'Escape') {
                event.stopPropagation();
                setText(null);
                setRefusal(null);
              }
            }}
          />
          <div className="smo-Run-noteDeeds">
            <Button
              name="save-note"
              look="accent"
              label={trans.__('Save')}
              disabled={busy}
              onClick={() => void save()}
            />
            <Button
              name="cancel-note"
              label={trans.__('Cancel')}
              onClick={() => {
                setText(null);
                setRefusal(null);
              }}
            />
            <span className="smo-secondary">
              {trans.__('Ctrl+Enter saves, Esc leaves it as it was')}
            </span>
          </div>
        </>
      )}
      <span className="smo-only-heard" role="status">
        {told}
      </span>
      {refusal && (
        <span className="smo-Run-refusal" role="alert" data-smo-code={refusal.code}>
          {refusal.message} {refusal.hint}
        </span>
      )}
    </div>
  );
}
