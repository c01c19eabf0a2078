/** What a cell recorded, in one line below it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Button, Name } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { Sparkline } from '../charts/sparkline';
import { valueWords } from '../latest';
import { STATES } from '../states';
import type { ICellRuns } from './watch';
import { codeWords, recordedWords, troubleWords } from './words';

export interface ICellRowProps extends ICellRuns {
  trans: TranslationBundle;
  /** Show the run. */
  open(id: string): void;
  /** Show all runs of the cell in the table. */
  more(): void;
}

export function CellRow(props: ICellRowProps): React.ReactElement | null {
  const { runs, trouble, trans } = props;
  const [run] = runs;
  if (!run) {
    return null;
  }
  const [icon, tone] = STATES[run.status] ?? (['skipped', 'quiet'] as const);
  const state = recordedWords(run.status, trans);
  const value = run.metric === '' ? '' : `${run.metric} ${valueWords(run.value)}`;
  const code = codeWords(run, trans);
  const said = [run.name, state, value].filter(Boolean).join(', ');
  return (
    <div
      className="smo-CellRow"
      data-smo-run={run.id}
      data-smo-state={run.status}
      data-smo-notebook={run.notebook || undefined}
    >
      <Icon name={icon} tone={tone} />
      <span className="smo-CellRow-name">
        <Name text={run.name} /> {state}
      </span>
      {value !== '' && (
        <span className="smo-CellRow-value" title={value}>
          {value}
        </span>
      )}
      {props.values.length > 1 && <Sparkline values={props.values} label="" />}
      {code !== '' && <span className="smo-CellRow-code">{code}</span>}
      <Button
        name="open-run"
        look="link"
        label={trans.__('Open run')}
        hint={trans.__('Open run %1', run.name)}
        onClick={() => props.open(run.id)}
      />
      {runs.length > 1 && (
        <Button
          name="more-runs"
          look="link"
          label={trans.__('+ %1 more', runs.length - 1)}
          hint={trans.__('+ %1 more: show all runs of this cell', runs.length - 1)}
          onClick={props.more}
        />
      )}
      {trouble && (
        <span
          className="smo-CellRow-trouble"
          data-smo-trouble={trouble.why}
          title={trouble.why === 'refused' ? trouble.hint : undefined}
        >
          {troubleWords(trouble, trans)}
        </span>
      )}
      <Told text={run.status === 'running' ? '' : said} />
    </div>
  );
}

/** Said once, when the run is over: a region that is there before its text is heard. */
function Told(props: { text: string }): React.ReactElement {
  const { text } = props;
  const [told, setTold] = React.useState('');
  const first = React.useRef('');
  React.useEffect(() => {
    if (text !== '' && first.current === '') {
      first.current = text;
      setTold(text);
    }
  }, [text]);
  return (
    <span className="smo-only-heard" role="status">
      {told}
    </span>
  );
}
