/** What a run's parts say when something did not work, and texts that are long. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RequestError } from '../../api/request';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';

interface ITrouble {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly statement?: string;
}

/** What happened, why, and the next step. */
export function Trouble(props: {
  trouble: ITrouble;
  trans: TranslationBundle;
  onAgain?(): void;
  onCopy?(text: string): void;
}): React.ReactElement {
  const { trouble, trans, onAgain, onCopy } = props;
  const { statement = '' } = trouble;
  return (
    <div className="smo-Run-trouble" data-smo-code={trouble.code}>
      <Icon name="inTheWay" tone="warn" />
      <span className="smo-Run-why">
        {trouble.message} <span className="smo-secondary">{trouble.hint}</span>
      </span>
      {statement !== '' && onCopy && (
        <Button
          name="copy-statement"
          label={trans.__('Copy statement')}
          onClick={() => onCopy(statement)}
        />
      )}
      {onAgain && <Button name="again" label={trans.__('Retry')} onClick={onAgain} />}
    </div>
  );
}

export type Asked<T> =
  | { readonly state: 'none' }
  | { readonly state: 'asking' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly error: RequestError };

/** One question at a time; an answer to an earlier one is dropped. */
export function useAsked<T>(): readonly [
  Asked<T>,
  (question: () => Promise<T>) => void,
  () => void
] {
  const [asked, setAsked] = React.useState<Asked<T>>({ state: 'none' });
  const last = React.useRef(0);
  React.useEffect(
    () => () => {
      last.current = -1;
    },
    []
  );
  const ask = (question: () => Promise<T>) => {
    const own = ++last.current;
    setAsked({ state: 'asking' });
    question().then(
      value => own === last.current && setAsked({ state: 'here', value }),
      (error: unknown) =>
        own === last.current &&
        setAsked({ state: 'failed', error: error as RequestError })
    );
  };
  const forget = () => {
    last.current += 1;
    setAsked({ state: 'none' });
  };
  return [asked, ask, forget];
}

/** Characters that are shown of a value before somebody asks for all. */
const SHORT = 160;

/** A value; a long one is cut, and all of it comes when it is asked for. */
export function LongText(props: {
  text: string;
  /** There is more than `text`. */
  more: boolean;
  /** Names it for readers: "eta". */
  name: string;
  whole(): Promise<{ readonly text: string; readonly more: boolean }>;
  copy(text: string): void;
  trans: TranslationBundle;
}): React.ReactElement {
  const { text, more, name, trans } = props;
  const [asked, ask, forget] = useAsked<{ text: string; more: boolean }>();
  const isLong = more || text.length > SHORT || text.includes('\n');
  if (!isLong) {
    return <>{text}</>;
  }
  if (asked.state === 'here') {
    return (
      <>
        <pre
          className="smo-Run-whole"
          tabIndex={0}
          role="region"
          aria-label={trans.__('All of %1', name)}
        >
          {asked.value.text}
        </pre>
        {asked.value.more && (
          <span className="smo-secondary">
            {trans.__('It goes on; this is the beginning.')}{' '}
          </span>
        )}
        <Button
          name="copy-value"
          look="link"
          label={trans.__('Copy')}
          hint={trans.__('Copy %1', name)}
          onClick={() => props.copy(asked.value.text)}
        />
        <Button
          name="less"
          look="link"
          label={trans.__('Show less')}
          hint={trans.__('Show less of %1', name)}
          onClick={forget}
        />
      </>
    );
  }
  return (
    <>
      <span className="smo-Run-short">{text.slice(0, SHORT).split('\n')[0]}…</span>{' '}
      <Button
        name="whole"
        look="link"
        label={asked.state === 'asking' ? trans.__('Reading…') : trans.__('Show all')}
        hint={asked.state === 'asking' ? undefined : trans.__('Show all of %1', name)}
        disabled={asked.state === 'asking'}
        onClick={() =>
          ask(() => (more ? props.whole() : Promise.resolve({ text, more })))
        }
      />
      {asked.state === 'failed' && (
        <span role="alert" className="smo-Run-refusal">
          {asked.error.message}
        </span>
      )}
    </>
  );
}
