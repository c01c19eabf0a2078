/** The logs of a training job. */

import * as React from 'react';

import { Button } from '../../shell/controls';
import { Trouble } from '../run/told';
import type { IJobPartProps } from './job-part';
import type { ILogs } from './model';
import { droppedWords, lineWords, logsWords, moreStreamsWords } from './words';

export function Logs(props: IJobPartProps & { logs: ILogs }): React.ReactElement {
  const { logs, trans, deeds } = props;
  const box = React.useRef<HTMLPreElement>(null);
  const atEnd = React.useRef(true);
  const text = React.useMemo(
    () => logs.lines.map(line => lineWords(line, logs.streams > 1)).join('\n'),
    [logs.lines, logs.streams]
  );
  React.useLayoutEffect(() => {
    if (box.current && atEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [text]);
  const dropped = droppedWords(logs, trans);
  const said = logsWords(logs, trans);
  return (
    <div
      className="smo-Job-logs"
      data-smo-logs={logs.state ?? 'reading'}
      aria-busy={logs.asking}
    >
      {logs.problem && (
        <Trouble
          trouble={logs.problem}
          trans={trans}
          onAgain={deeds.moreLogs}
          onCopy={deeds.copy}
        />
      )}
      {dropped !== '' && <p className="smo-secondary">{dropped}</p>}
      {logs.lines.length > 0 && (
        <pre
          ref={box}
          className="smo-Job-text"
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label={trans.__('Logs of the job')}
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            atEnd.current = scrollTop + clientHeight > scrollHeight - 20;
          }}
        >
          {text}
        </pre>
      )}
      {said !== '' && (
        <p className="smo-secondary" role="status">
          {said}
        </p>
      )}
      {logs.streamsCut > 0 && (
        <p className="smo-secondary">{moreStreamsWords(logs, trans)}</p>
      )}
      <div className="smo-Job-deeds">
        {logs.more && !logs.asking && (
          <Button
            name="more-logs"
            label={trans.__('Read on')}
            hint={trans.__('Read on: there are more lines')}
            onClick={deeds.moreLogs}
          />
        )}
        {logs.lines.length > 0 && (
          <Button
            name="copy-logs"
            label={trans.__('Copy')}
            hint={trans.__('Copy the lines that are shown')}
            onClick={() => deeds.copy(text)}
          />
        )}
      </div>
    </div>
  );
}
