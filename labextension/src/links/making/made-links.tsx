/** The snapshots that were shared from here, to copy again and to delete. */

import * as React from 'react';

import type { MadeLink } from '../../api/types';
import { sizeWords } from '../../shell/sizes';
import { Button } from '../../shell/controls';
import type { ILinkProps } from './props';
import { CopyButton, Problem } from './problem';
import { dayWords } from './words';

export function MadeLinks(
  props: ILinkProps & { onBack: (() => void) | null }
): React.ReactElement {
  const { made, trans, deeds, onBack } = props;
  return (
    <div className="smo-Link-part">
      {made.state === 'failed' && <Problem problem={made.error} trans={trans} />}
      {made.state === 'asking' && (
        <p className="smo-secondary">{trans.__('Reading the list…')}</p>
      )}
      {made.state === 'here' && made.value.length === 0 && (
        <p className="smo-secondary" data-smo-room-state="empty">
          {trans.__(
            'You shared no snapshot from here. Other links leave nothing behind.'
          )}
        </p>
      )}
      {made.state === 'here' && (
        <ul className="smo-Link-mine">
          {made.value.map(one => (
            <Mine key={one.id} {...props} one={one} />
          ))}
        </ul>
      )}
      <div className="smo-Link-deeds">
        {made.state === 'failed' && (
          <Button name="again" label={trans.__('Retry')} onClick={deeds.readMade} />
        )}
        {onBack && (
          <Button name="back" label={trans.__('Back to the link')} onClick={onBack} />
        )}
      </div>
    </div>
  );
}

function Mine(props: ILinkProps & { one: MadeLink }): React.ReactElement {
  const { one, trans, deeds } = props;
  const [asks, setAsks] = React.useState(false);
  const safe = React.useRef<HTMLButtonElement>(null);
  const first = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (asks) {
      safe.current?.focus();
    }
  }, [asks]);
  const until =
    one.until === null
      ? trans.__('without an end')
      : one.expired
        ? trans.__('expired %1', dayWords(one.until))
        : trans.__('until %1', dayWords(one.until));
  return (
    <li data-smo-row={one.id} data-smo-expired={one.expired || undefined}>
      <span className="smo-Link-mineName">
        <strong dir="auto">{one.name}</strong>
        <span className="smo-secondary" dir="auto">
          {trans.__(
            '%1, %2, %3 in %4',
            dayWords(one.made),
            until,
            sizeWords(one.size, trans),
            one.store
          )}
          {one.note !== '' && ` · ${one.note}`}
        </span>
      </span>
      {asks ? (
        <span className="smo-Link-step" data-smo-step="delete">
          <span>{trans.__('Whoever has the link cannot open it any more.')}</span>
          <Button
            ref={safe}
            name="keep"
            label={trans.__('Keep it')}
            onClick={() => {
              setAsks(false);
              setTimeout(() => first.current?.focus());
            }}
          />
          <Button
            name="go"
            look="danger"
            label={trans.__('Delete for good')}
            onClick={() => deeds.deleteMade(one.id)}
          />
        </span>
      ) : (
        <span className="smo-Link-step">
          <CopyButton
            name="copy"
            label={trans.__('Copy')}
            text={one.link}
            trans={trans}
            onCopy={deeds.copyText}
          />
          <Button
            ref={first}
            name="delete"
            label={trans.__('Delete…')}
            hint={trans.__('Delete… %1', one.name)}
            onClick={() => setAsks(true)}
          />
        </span>
      )}
    </li>
  );
}
