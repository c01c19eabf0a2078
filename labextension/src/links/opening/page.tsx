/** The preview of a shared link: who says so, what was found, and the decision. */

import * as React from 'react';

import { Icon } from '../../shell/icon';
import { dayWords } from '../making/words';
import { Asks, Decision } from './decision';
import { Found } from './found';
import type { PageState } from './parts';
import type { IPreviewProps } from './props';
import { RightSide } from './right-side';
import { claimed, senderOf, titleWords, whenWords } from './words';

export function PreviewPage(props: IPreviewProps): React.ReactElement {
  const { shown, trans } = props;
  const state = stateOf(props);
  const preview = shown?.preview ?? null;
  return (
    <div
      className="smo-Shared"
      data-smo-page="link"
      data-smo-state={state}
      data-smo-kind={shown?.claims.kind}
      aria-busy={props.isUnderWay}
    >
      <div className="smo-Shared-left">
        <div
          className="smo-Shared-main"
          role="region"
          tabIndex={0}
          aria-label={trans.__('What the link has')}
        >
          <Head {...props} />
          <span className="smo-only-heard" role="status">
            {state === 'ready'
              ? trans.__('The preview is ready.')
              : state === 'opened'
                ? trans.__('It was opened.')
                : ''}
          </span>
          {preview ? <Found preview={preview} trans={trans} /> : <Claims {...props} />}
        </div>
        <div className="smo-Shared-decision">
          {state === 'asks' ? (
            <Asks {...props} />
          ) : (
            <Decision {...props} state={state} preview={preview} />
          )}
        </div>
      </div>
      <RightSide {...props} state={state} preview={preview} />
    </div>
  );
}

function stateOf({ shown, isOver, isUnderWay, refusal }: IPreviewProps): PageState {
  if (isOver) {
    return refusal || shown?.state === 'failed' ? 'failed' : 'cancelled';
  }
  if (!shown) {
    return 'fetching';
  }
  if (isUnderWay && (shown.state === 'asks' || shown.state === 'ready')) {
    return shown.state === 'asks' ? 'fetching' : 'opening';
  }
  return shown.state;
}

function Head(props: IPreviewProps): React.ReactElement {
  const { shown, trans } = props;
  const sender = senderOf(shown);
  const { sent = null, until = null } = shown?.preview ?? {};
  const note = shown?.preview?.note || shown?.claims.note || '';
  const told = [
    sent === null ? '' : trans.__('Sent %1', whenWords(sent, trans)),
    until === null ? '' : trans.__('until %1', dayWords(until))
  ].filter(one => one !== '');
  return (
    <div className="smo-Shared-head">
      <span className="smo-Shared-face" aria-hidden="true">
        {sender === '' ? (
          <Icon name="link" />
        ) : (
          String.fromCodePoint(sender.codePointAt(0) ?? 0).toUpperCase()
        )}
      </span>
      <div>
        <h1 dir="auto">{titleWords(shown, trans)}</h1>
        <p
          className="smo-secondary"
          data-smo-claim={sender === '' ? undefined : 'sender'}
        >
          {sender !== '' && (
            <>{trans.__('%1, says the link. Nobody has verified the name.', sender)} </>
          )}
          {told.join(', ')}
        </p>
      </div>
      {note !== '' && (
        <blockquote dir="auto" data-smo-claim="note">
          {note}
        </blockquote>
      )}
    </div>
  );
}

/** Before anything was looked up: what the link says, and no more. */
function Claims(props: IPreviewProps): React.ReactElement | null {
  const { shown, trans } = props;
  return shown ? (
    <section aria-label={trans.__('What the link says')}>
      <dl className="smo-Shared-facts" data-smo-claims>
        {claimed(shown.claims, trans).map(([word, text]) => (
          <React.Fragment key={word}>
            <dt>{word}</dt>
            <dd dir="auto">{text}</dd>
          </React.Fragment>
        ))}
      </dl>
    </section>
  ) : null;
}
