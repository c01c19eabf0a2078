/** What the person decides, at a fixed place: nothing is opened before. */

import * as React from 'react';

import type { LinkPreview } from '../../api/types';
import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { CopyButton } from '../making/problem';
import { Doing, Trouble, type PageState } from './parts';
import type { IPreviewProps } from './props';

/** A host that nobody has named before: nothing is asked of it by itself. */
export function Asks(props: IPreviewProps): React.ReactElement {
  const { shown, trans, deeds } = props;
  const safe = useFocus();
  const host = shown?.trust.asked ?? '';
  return (
    <div className="smo-Shared-loud" role="alertdialog" aria-labelledby="smo-shared-loud">
      <h2 id="smo-shared-loud">
        <Icon name="inTheWay" tone="warn" />
        {trans.__('%1 is not known here', host)}
      </h2>
      <p>{shown?.trust.why}</p>
      <p>
        {trans.__(
          '%1 would be asked as you, and learn that you opened this link. What it answers is looked at in a place of its own; none of it is run.',
          host
        )}
      </p>
      <div className="smo-Shared-deeds">
        <Button
          name="fetch"
          look="outline"
          label={trans.__('Fetch preview from %1', host)}
          onClick={deeds.fetch}
        />
        <span className="smo-Link-space" />
        <Button
          ref={safe}
          name="cancel"
          label={trans.__('Cancel')}
          onClick={deeds.cancel}
        />
      </div>
    </div>
  );
}

export function Decision(
  props: IPreviewProps & { state: PageState; preview: LinkPreview | null }
): React.ReactElement {
  const { state, preview, trans, deeds } = props;
  switch (state) {
    case 'ready':
      return preview ? <Ready {...props} preview={preview} /> : <Ended {...props} />;
    case 'opened':
      return <Opened {...props} />;
    case 'failed':
    case 'cancelled':
      return <Ended {...props} />;
    default:
      return (
        <>
          <Doing
            {...props}
            label={
              state === 'opening'
                ? trans.__('Opening it')
                : trans.__('Fetching the preview')
            }
          />
          <div className="smo-Shared-deeds">
            <span className="smo-Link-space" />
            <Button name="cancel" label={trans.__('Cancel')} onClick={deeds.cancel} />
          </div>
        </>
      );
  }
}

function Ready(props: IPreviewProps & { preview: LinkPreview }): React.ReactElement {
  const { preview, trans, deeds } = props;
  const { how, place, keeps } = preview;
  const main = useFocus();
  const isBeside = how.includes('beside');
  const mine = !isBeside
    ? trans.__('Open it in place')
    : (props.shown?.claims.heading ?? '') !== ''
      ? trans.__('Open mine at this heading')
      : preview.cell !== ''
        ? trans.__('Open mine at this cell')
        : trans.__('Open mine');
  return (
    <>
      <Trouble {...props} />
      <ul className="smo-Shared-will">
        {isBeside && place !== '' && (
          <li>
            <Icon name="folder" />
            <span>
              {trans.__('Opens in a folder of its own,')} <code dir="auto">{place}</code>
            </span>
          </li>
        )}
        {keeps.map((told, index) => (
          <li key={index}>
            <Icon name="done" tone="ok" />
            <span>{told}</span>
          </li>
        ))}
        {preview.mine !== '' && (
          <li data-smo-mine={preview.mine}>
            <Icon name="file" />
            <span>
              {trans.__('Yours:')} <code dir="auto">{preview.mine}</code>
              {preview.mine_text !== '' && `, ${preview.mine_text}`}
            </span>
          </li>
        )}
        {(preview.notebook || isBeside) && (
          <li>
            <Icon name="denied" />
            <span>
              {trans.__('The notebook opens untrusted and runs nothing by itself.')}
            </span>
          </li>
        )}
        {how.length === 0 && (
          <li>
            <Icon name="skipped" />
            <span>{trans.__('There is nothing that could be opened here.')}</span>
          </li>
        )}
      </ul>
      <div className="smo-Shared-deeds">
        {isBeside && (
          <Button
            ref={main}
            name="beside"
            look="accent"
            label={trans.__('Open beside my work')}
            onClick={() => deeds.choose('beside')}
          />
        )}
        {how.includes('run') && (
          <Button
            ref={main}
            name="run"
            look="accent"
            label={trans.__('Open the run')}
            onClick={() => deeds.choose('run')}
          />
        )}
        {how.includes('mine') && (
          <Button
            ref={isBeside ? undefined : main}
            name="mine"
            look={isBeside ? 'plain' : 'accent'}
            label={mine}
            onClick={() => deeds.choose('mine')}
          />
        )}
        <span className="smo-Link-space" />
        <Button name="cancel" label={trans.__('Cancel')} onClick={deeds.cancel} />
      </div>
    </>
  );
}

function Opened(props: IPreviewProps): React.ReactElement {
  const { shown, notShown, trans, deeds } = props;
  const {
    place,
    why,
    install,
    folder_contents: folder,
    contents,
    how
  } = shown?.opened ?? {};
  const told = why || notShown;
  return (
    <>
      <ul className="smo-Shared-will">
        <li>
          <Icon name="done" tone="ok" />
          <span>
            {how === 'run' ? (
              trans.__('The run is open.')
            ) : place ? (
              <>
                {trans.__('It is in')} <code dir="auto">{place}</code>
              </>
            ) : (
              trans.__('It is open.')
            )}
          </span>
        </li>
        {told && (
          <li>
            <Icon name="inTheWay" tone="warn" />
            <span>{told}</span>
          </li>
        )}
      </ul>
      <div className="smo-Shared-deeds">
        {(contents || how === 'run') && (
          <Button
            name="open-again"
            look="accent"
            label={trans.__('Show it')}
            onClick={deeds.openAgain}
          />
        )}
        {folder && (
          <Button
            name="folder"
            label={trans.__('Show the folder')}
            onClick={() => deeds.showFolder(folder)}
          />
        )}
        {install && (
          <CopyButton
            name="install"
            label={trans.__('Copy install command')}
            text={install}
            trans={trans}
            onCopy={deeds.copyText}
          />
        )}
        <span className="smo-Link-space" />
        <Button name="close" label={trans.__('Close')} onClick={deeds.cancel} />
      </div>
    </>
  );
}

function Ended(props: IPreviewProps): React.ReactElement {
  const { shown, state, trans, deeds } = props as IPreviewProps & { state: PageState };
  return (
    <>
      {state === 'cancelled' ? (
        <p>{trans.__('This was given up. Nothing was opened.')}</p>
      ) : (
        <Trouble {...props} />
      )}
      {!shown && (
        <p className="smo-Shared-pasted" dir="auto">
          <code>{props.link.slice(0, 400)}</code>
        </p>
      )}
      <div className="smo-Shared-deeds">
        <Button name="retry" label={trans.__('Retry')} onClick={deeds.look} />
        <span className="smo-Link-space" />
        <Button name="close" label={trans.__('Close')} onClick={deeds.cancel} />
      </div>
    </>
  );
}

/** Offers the focus to a button, once it is there, to whoever is nowhere else on the page. */
function useFocus(): React.RefObject<HTMLButtonElement> {
  const button = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    const node = button.current;
    const page = node?.closest('.smo-PreviewWidget');
    const at = document.activeElement;
    if (node && page && (at === page || at?.classList.contains('smo-Shared-main'))) {
      node.focus({ preventScroll: true });
    } else if (node && page && (at === null || at === document.body)) {
      node.focus({ preventScroll: true }); // the button that was pressed is gone
    }
  }, []);
  return button;
}
