/** The notebook beside what is said of it: never trusted, and only to look at. */

import * as React from 'react';

import type { LinkPreview } from '../../api/types';
import { Book } from '../../notebooks/book';
import { Icon } from '../../shell/icon';
import type { PageState } from './parts';
import type { IPreviewProps } from './props';

const NONE: ReadonlySet<string> = new Set();

export function RightSide(
  props: IPreviewProps & { state: PageState; preview: LinkPreview | null }
): React.ReactElement {
  const { preview, state, trans, markdown } = props;
  const [against, setAgainst] = React.useState(true);
  const differing = preview?.differing;
  const marks = React.useMemo(
    () => (against && differing ? new Set(differing) : NONE),
    [against, differing]
  );
  const hasContent = preview?.notebook || (preview?.text ?? null) !== null;
  return (
    <aside
      className="smo-Shared-right"
      aria-label={trans.__('Preview, not trusted')}
      aria-busy={state === 'fetching'}
      data-smo-empty={!hasContent || undefined}
    >
      <div className="smo-Shared-rightHead">
        <Icon name="untrusted" />
        <strong>{trans.__('Preview, not trusted')}</strong>
        <span className="smo-secondary">
          {trans.__('text and code only; scripts, HTML and links in outputs are off')}
        </span>
        {differing && (
          <button
            type="button"
            className="smo-Button smo-Shared-against"
            data-smo-do="against"
            aria-pressed={against}
            disabled={differing.length === 0}
            onClick={() => setAgainst(!against)}
          >
            {differing.length === 0
              ? trans.__('Against mine: the same')
              : trans._n(
                  'Against mine: %1 cell',
                  'Against mine: %1 cells',
                  differing.length
                )}
          </button>
        )}
      </div>
      <div
        className="smo-Shared-scroll smo-Book-scroll"
        tabIndex={0}
        role="region"
        aria-label={trans.__('The notebook')}
      >
        {preview?.notebook ? (
          <Book
            notebook={preview.notebook}
            marked={{
              id: preview.cell,
              mark: { icon: 'link', words: trans.__('the link points here') }
            }}
            differing={marks}
            markdown={markdown}
            trans={trans}
          />
        ) : preview && preview.text !== null ? (
          <pre className="smo-Shared-plain">{preview.text}</pre>
        ) : (
          !hasContent && (
            <p className="smo-Shared-empty smo-secondary">
              {state === 'fetching' || state === 'opening'
                ? ''
                : state === 'asks'
                  ? trans.__('Nothing was fetched yet.')
                  : trans.__('There is no preview.')}
            </p>
          )
        )}
      </div>
    </aside>
  );
}
