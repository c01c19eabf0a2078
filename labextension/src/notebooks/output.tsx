/** What a cell printed or drew: plain text and pictures, whoever wrote them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Output } from '../api/types';

/** Lines of an output that are shown before somebody asks for all. */
const LINES = 40;

/** What the server looked at and named: a `data:` address of anything else is not made. */
const PICTURE = /^image\/(png|jpeg|gif|webp)$/u;

export function CellOutput(props: {
  output: Output;
  trans: TranslationBundle;
}): React.ReactElement {
  const { output, trans } = props;
  const address = pictureAddress(output);
  if (output.kind === 'image' && address !== null) {
    return (
      <img
        className="smo-Book-image"
        alt={output.text || trans.__('Picture without a description')}
        src={address}
      />
    );
  }
  if (output.kind === 'text' || output.kind === 'error') {
    return <Printed output={output} trans={trans} />;
  }
  return (
    <p className="smo-secondary">
      {output.text !== '' && <span>{output.text} </span>}
      {trans.__('Not shown here: %1', output.media || trans.__('an unknown kind'))}
    </p>
  );
}

function Printed(props: {
  output: Output;
  trans: TranslationBundle;
}): React.ReactElement {
  const { output, trans } = props;
  const [all, setAll] = React.useState(false);
  const lines = output.text.replace(/\n$/u, '').split('\n');
  const hidden = all ? 0 : Math.max(0, lines.length - LINES);
  return (
    <>
      <pre
        className={`smo-Book-text smo-mod-${output.kind}`}
        tabIndex={0}
        aria-label={output.kind === 'error' ? trans.__('Error') : trans.__('Output')}
      >
        {(hidden > 0 ? lines.slice(0, LINES) : lines).join('\n')}
      </pre>
      {hidden > 0 && (
        <button
          type="button"
          className="smo-Button smo-mod-link"
          data-smo-do="whole-output"
          onClick={() => setAll(true)}
        >
          {trans._n('Show %1 more line', 'Show %1 more lines', hidden)}
        </button>
      )}
      {hidden === 0 && output.more && (
        <p className="smo-secondary">{trans.__('It goes on; this is the beginning.')}</p>
      )}
    </>
  );
}

/** What an `img` shows; null for anything but a picture. */
export function pictureAddress(told: { media: string; base64: string }): string | null {
  return PICTURE.test(told.media) ? `data:${told.media};base64,${told.base64}` : null;
}
