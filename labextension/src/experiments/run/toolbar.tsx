/** Where one is, and where one can go from a run. */

import * as React from 'react';

import { Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import type { IRunPageProps } from './props';

export function Toolbar(props: IRunPageProps): React.ReactElement {
  const { shown, kept, trans, deeds } = props;
  const name = shown?.name || props.id.slice(props.id.indexOf('.') + 1);
  const here = kept?.notebook.here ?? '';
  const why =
    kept?.notebook.why ?? trans.__('Where its notebook is, is being looked up.');
  const more = React.useRef<HTMLButtonElement>(null);
  return (
    <div className="smo-Run-tools" role="toolbar" aria-label={trans.__('Run')}>
      <nav className="smo-Run-where" aria-label={trans.__('Where this run is')}>
        <Icon name="star" />
        <Button
          name="to-table"
          look="link"
          label={trans.__('Experiments')}
          hint={trans.__('Experiments: back to the table of runs')}
          onClick={deeds.table}
        />
        {shown && (
          <>
            <span aria-hidden="true">/</span>
            <span className="smo-Run-experiment" dir="auto">
              {shown.experiment_name || trans.__('an experiment')}
            </span>
          </>
        )}
        <span aria-hidden="true">/</span>
        <strong className="smo-Run-crumb" aria-current="page" dir="auto">
          {name}
        </strong>
      </nav>
      <span className="smo-Table-space" />
      <Button
        name="compare-with"
        label={trans.__('Compare with…')}
        hint={trans.__('Compare with…: choose others beside this run in the table')}
        disabled={shown === null}
        onClick={deeds.compare}
      />
      <Button
        name="open-notebook"
        label={trans.__('Open notebook')}
        hint={trans.__(
          'Open notebook: %1',
          here === '' ? why : trans.__('your own file as it is today, %1', here)
        )}
        disabled={here === ''}
        onClick={() => deeds.openNotebook(here)}
      />
      <Button
        name="copy-link"
        label={trans.__('Copy link')}
        hint={trans.__('Copy link: to this page, for a colleague')}
        disabled={shown === null}
        onClick={deeds.copyLink}
      />
      {deeds.reproduce && (
        <Button
          name="reproduce"
          look="accent"
          label={trans.__('Reproduce…')}
          disabled={shown === null}
          onClick={() => deeds.reproduce?.()}
        />
      )}
      <Button
        ref={more}
        name="menu"
        icon="more"
        label={trans.__('More')}
        onClick={() => {
          const { left, bottom } = more.current?.getBoundingClientRect() ?? {
            left: 0,
            bottom: 0
          };
          deeds.menu(left, bottom);
        }}
      />
    </div>
  );
}
