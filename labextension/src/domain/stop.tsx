/** The second step of stopping: what it means, what it saves, whose it is. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Running } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import type { IAskedStop } from './model';
import type { IDomainDeeds } from './props';
import { stopWords } from './stop-words';

export function StopStep(props: {
  asked: IAskedStop;
  /** The rows that are asked for. */
  rows: readonly Running[];
  trans: TranslationBundle;
  deeds: IDomainDeeds;
}): React.ReactElement {
  const { asked, rows, trans, deeds } = props;
  const keep = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => keep.current?.focus({ preventScroll: true }), []);
  const strange = rows.filter(row => row.stop === 'not_yours');
  const meant = asked.others ? rows : rows.filter(row => row.stop !== 'not_yours');
  const words = stopWords(meant.length > 0 ? meant : rows, trans);
  return (
    <div
      className="smo-StopStep"
      data-smo-step="stop"
      role="group"
      aria-label={words.title}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          deeds.keep();
        }
      }}
    >
      <Icon name="inTheWay" tone="warn" />
      <div className="smo-StopStep-text">
        <strong>{words.title}</strong> {words.says}
        {strange.length > 0 && (
          <label className="smo-StopStep-others">
            <input
              type="checkbox"
              data-smo-do="others"
              checked={asked.others}
              onChange={event => deeds.ask(asked.ids, event.target.checked)}
            />
            {strangersWords(rows, strange, trans)}
          </label>
        )}
      </div>
      <Button ref={keep} name="keep" label={words.keep} onClick={() => deeds.keep()} />
      <Button
        name="go"
        look="danger"
        label={words.go}
        disabled={meant.length === 0}
        onClick={() =>
          deeds.stop({ ids: meant.map(row => row.id), others: asked.others })
        }
      />
    </div>
  );
}

function strangersWords(
  rows: readonly Running[],
  strange: readonly Running[],
  trans: TranslationBundle
): string {
  const whose = [...new Set(strange.map(row => row.owner ?? ''))]
    .filter(Boolean)
    .join(', ');
  if (rows.length === 1) {
    return whose
      ? trans.__('It is not mine but %1’s; stop it all the same', whose)
      : trans.__('It is not mine; stop it all the same');
  }
  return whose
    ? trans.__('Also stop the %1 that are not mine (%2)', strange.length, whose)
    : trans.__('Also stop the %1 that are not mine', strange.length);
}
