/** The popover of a link: what whoever opens it gets, the link, and what else there is. */

import * as React from 'react';

import { Bar, Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import type { IconName } from '../../shell/shapes';
import { Findings } from './findings';
import { MadeLinks } from './made-links';
import { Options } from './options';
import type { ILinkProps } from './props';
import { PagePart } from './page-part';
import { Problem } from './problem';
import { savingWords, stepOf, titleWords, type Step } from './words';

const ICONS: Record<Step, readonly [IconName, string]> = {
  first: ['link', 'quiet'],
  working: ['working', 'accent'],
  asks: ['inTheWay', 'warn'],
  made: ['done', 'ok'],
  failed: ['inTheWay', 'warn'],
  cancelled: ['skipped', 'quiet']
};

export function LinkView(props: ILinkProps): React.ReactElement {
  const { target, trans, deeds } = props;
  const [lists, setLists] = React.useState(target === null);
  const step = stepOf(
    props.shown,
    props.isUnderWay,
    props.isOver,
    props.refusal !== null
  );
  const title = lists ? trans.__('My links') : titleWords(step, props.copied, trans);
  const [icon, tone] = lists ? (['link', 'quiet'] as const) : ICONS[step];
  const id = React.useId();
  const whole = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    if (lists) {
      deeds.readMade();
    }
  }, [lists, deeds]);
  React.useEffect(() => {
    // What had the focus may be gone with the step before.
    if (document.activeElement === document.body || document.activeElement === null) {
      whole.current?.focus({ preventScroll: true });
    }
  });
  React.useEffect(() => {
    if (!whole.current?.contains(document.activeElement)) {
      whole.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <div
      ref={whole}
      className="smo-Link"
      role="dialog"
      aria-labelledby={id}
      tabIndex={-1}
      data-smo-link={lists ? 'mine' : step}
      data-smo-copied={step === 'made' && !lists ? props.copied : undefined}
      aria-busy={step === 'working'}
      onKeyDown={event => onKeyDown(event, deeds.close)}
    >
      <div className="smo-Link-head">
        <Icon name={icon} tone={tone} />
        <h2 id={id}>{title}</h2>
        <Button
          name="close"
          icon="cross"
          label={trans.__('Close')}
          onClick={deeds.close}
        />
      </div>
      <span className="smo-only-heard" role="status">
        {lists ? '' : title}
      </span>
      {lists || target === null ? (
        <MadeLinks {...props} onBack={target && (() => setLists(false))} />
      ) : props.page.state !== 'none' ? (
        <PagePart {...props} />
      ) : (
        <Body {...props} step={step} onMine={() => setLists(true)} />
      )}
    </div>
  );
}

function Body(
  props: ILinkProps & { step: Step; onMine(): void }
): React.ReactElement | null {
  const { step, shown, trans, deeds } = props;
  switch (step) {
    case 'first':
      return <First {...props} />;
    case 'working':
      return (
        <div className="smo-Link-part">
          <Bar percent={shown?.percent ?? null} label={trans.__('Making the link')} />
          <p className="smo-secondary">
            {shown?.doing ||
              (props.late ? trans.__('Waiting for the Jupyter server.') : '\u00a0')}
          </p>
          <div className="smo-Link-deeds">
            <Button name="cancel" label={trans.__('Cancel')} onClick={deeds.cancel} />
          </div>
        </div>
      );
    case 'asks':
      return (
        <Findings
          findings={shown?.findings ?? []}
          title={trans._n(
            '%1 thing in what would be sent looks like a secret. Nothing was sent.',
            '%1 things in what would be sent look like secrets. Nothing was sent.',
            shown?.findings.length ?? 0
          )}
          keep={trans.__('Do not send')}
          go={trans.__('Send all the same')}
          onKeep={deeds.cancel}
          onGo={deeds.confirm}
          trans={trans}
        />
      );
    case 'made':
      return (
        <>
          <Made {...props} />
          <Options {...props} />
        </>
      );
    default:
      return (
        <>
          <Failed {...props} />
          <Options {...props} />
        </>
      );
  }
}

/** Nobody clicked on a control of ours yet: the person is asked. */
function First(props: ILinkProps): React.ReactElement {
  const { target, trans, deeds } = props;
  return (
    <div className="smo-Link-part">
      <p>
        {trans.__('Makes a link to')} <strong dir="auto">{target?.name}</strong>
        {'. '}
        {trans.__(
          'What is not in git is put into your team’s store for it. Nothing was sent yet.'
        )}
      </p>
      <div className="smo-Link-deeds">
        <Button name="cancel" label={trans.__('Cancel')} onClick={deeds.close} />
        <Button
          name="copy-link"
          look="accent"
          label={trans.__('Copy link')}
          onClick={() => deeds.make()}
        />
      </div>
    </div>
  );
}

function Made(props: ILinkProps): React.ReactElement | null {
  const { shown, saving, standing, trans } = props;
  const made = shown?.made;
  if (!made) {
    return null;
  }
  const warning = standing?.choices.find(one => one.kind === made.kind)?.warning ?? '';
  const unsaved = savingWords(saving, trans);
  return (
    <div className="smo-Link-part" data-smo-kind={made.kind}>
      <p className="smo-Link-gets">{made.gets}</p>
      {[warning, unsaved, made.packages].map(
        (told, index) =>
          told !== '' && (
            <p key={index} className="smo-Link-warning">
              <Icon name="inTheWay" tone="warn" />
              <span>{told}</span>
            </p>
          )
      )}
      <input
        className="smo-Field smo-Link-address"
        readOnly
        value={made.link}
        aria-label={trans.__('The link')}
        title={made.link}
        data-smo-address
        onFocus={event => event.currentTarget.select()}
      />
      {made.left_out.length > 0 && (
        <details className="smo-Link-more">
          <summary>
            {trans._n(
              '%1 file was left out',
              '%1 files were left out',
              made.left_out.length
            )}
          </summary>
          <ul>
            {made.left_out.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Failed(props: ILinkProps): React.ReactElement | null {
  const { shown, refusal, step, trans, deeds } = props as ILinkProps & { step: Step };
  const problem = refusal ?? shown?.problem;
  if (step !== 'failed' && props.standing !== null) {
    return null;
  }
  return (
    <div className="smo-Link-part">
      {step === 'failed' && problem && (
        <Problem problem={problem} trans={trans} onCopy={deeds.copyText} />
      )}
      {props.standing === null && (
        <div className="smo-Link-deeds">
          <Button name="retry" label={trans.__('Retry')} onClick={() => deeds.make()} />
        </div>
      )}
    </div>
  );
}

/** Escape leaves; Tab stays inside, since what is behind is another place of the page. */
function onKeyDown(event: React.KeyboardEvent<HTMLElement>, close: () => void): void {
  if (event.key === 'Escape') {
    event.stopPropagation();
    close();
    return;
  }
  if (event.key !== 'Tab') {
    return;
  }
  const stops = [
    ...event.currentTarget.querySelectorAll<HTMLElement>(
      'button:not(:disabled), input:not(:disabled), select, summary, textarea'
    )
  ].filter(one => one.tabIndex >= 0);
  const [first, last] = [stops[0], stops.at(-1)];
  const at = document.activeElement;
  const isInside = event.currentTarget !== at;
  if (event.shiftKey ? at === first || !isInside : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
