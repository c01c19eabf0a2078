/** The note of a run, in plain text, edited in its place. */

import * as React from 'react';

import type { RequestError } from '../../api/request';
import { Button } from '../../shell/controls';
import { NOTE } from '../tagging/words';
import type { IPartProps } from './props';
import { LongText } from './told';

export function Note(props: IPartProps): React.ReactElement {
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
