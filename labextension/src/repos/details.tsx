/** What a row shows when it is open: files in the way, what to do, where it came from. */

import * as React from 'react';

import type { FileInTheWay } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { deedWords, stepWords } from './deeds';
import type { Do } from './model';
import { mainAction, type IRowProps } from './row';
import { clock, fileWords, isThere, isTrouble, sourceWords } from './words';

/** Files named at first; the rest on request. */
const FEW = 6;

export function Details(props: IRowProps): React.ReactElement {
  const { asked, row } = props;
  return (
    <div role="gridcell" className="smo-Row-details">
      {row.files.length > 0 && <Files {...props} />}
      {asked?.id === row.id ? (
        <Step {...props} what={asked.what} />
      ) : (
        <Deeds {...props} />
      )}
      {props.full && <Facts {...props} />}
    </div>
  );
}

function Files(props: IRowProps): React.ReactElement {
  const { row, trans } = props;
  const [all, setAll] = React.useState(false);
  const shown = all ? row.files : row.files.slice(0, FEW);
  const rest = row.files.length - shown.length;
  return (
    <>
      <ul className="smo-Files" aria-label={trans.__('Files in the way')}>
        {shown.map(file => (
          <FileLine key={file.path} file={file} {...props} />
        ))}
      </ul>
      {rest > 0 && (
        <Button
          name="all-files"
          look="link"
          label={trans._n('and %1 more', 'and %1 more', rest)}
          tabIndex={props.current ? 0 : -1}
          onClick={() => setAll(true)}
        />
      )}
    </>
  );
}

function FileLine(props: IRowProps & { file: FileInTheWay }): React.ReactElement {
  const { file, row, trans } = props;
  const canOpen = row.contents_path !== null && !['deleted', 'folder'].includes(file.why);
  return (
    <li className="smo-File" data-smo-why={file.why}>
      <Icon name={file.why === 'folder' ? 'folder' : 'file'} />
      {canOpen ? (
        <button
          type="button"
          className="smo-File-path"
          title={file.path}
          tabIndex={props.current ? 0 : -1}
          onClick={() => props.deeds.openFile(row.id, file.path)}
        >
          <bdi>{file.path}</bdi>
        </button>
      ) : (
        <span className="smo-File-path" title={file.path}>
          <bdi>{file.path}</bdi>
        </span>
      )}
      <span className="smo-File-why">{fileWords(file, trans)}</span>
    </li>
  );
}

function Deeds(props: IRowProps): React.ReactElement | null {
  const { row, trans, deeds } = props;
  const tabIndex = props.current ? 0 : -1;
  const trouble = isTrouble(row);
  const main = mainAction(row);
  // The row itself offers these already.
  const beside = (what: Do) => what === 'cancel' || what === 'undo' || what === 'retry';
  const shown = row.actions.filter(what => !beside(what) && (trouble || what !== main));
  const links = [
    row.has_log && (row.state === 'failed' || props.full) && (
      <Button
        key="log"
        name="log"
        look="link"
        label={trans.__('Show log')}
        tabIndex={tabIndex}
        onClick={() => deeds.showLog(row.id)}
      />
    ),
    props.full && isThere(row) && main !== 'folder' && (
      <Button
        key="folder"
        name="folder"
        look="link"
        label={trans.__('Open folder')}
        tabIndex={tabIndex}
        onClick={() => deeds.openFolder(row.id)}
      />
    ),
    props.full && props.hasGit && isThere(row) && row.contents_path !== null && (
      <Button
        key="git"
        name="git"
        look="link"
        label={trans.__('Open in Git')}
        tabIndex={tabIndex}
        onClick={() => deeds.openGit(row.id)}
      />
    )
  ].filter(Boolean);
  if (shown.length + links.length === 0) {
    return null;
  }
  return (
    <div className="smo-Row-deeds">
      {shown.map(what => (
        <Button
          key={what}
          name={what}
          look={what === main && trouble ? 'accent' : 'plain'}
          label={deedWords(what, trans, props.careful)}
          disabled={props.busy}
          tabIndex={tabIndex}
          onClick={() => deeds.act(row.id, what)}
        />
      ))}
      {links}
    </div>
  );
}

/** The second step. The focus goes to the safe answer. */
function Step(props: IRowProps & { what: Do }): React.ReactElement {
  const { row, trans, deeds, what } = props;
  const keep = React.useRef<HTMLButtonElement>(null);
  const question = React.useId();
  const step = stepWords(what, row, trans);
  React.useEffect(() => keep.current?.focus(), [what]);
  return (
    <div
      className="smo-Step"
      role="group"
      aria-labelledby={question}
      data-smo-step={what}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          deeds.keep();
        }
      }}
    >
      <p id={question}>{step.question}</p>
      <Button ref={keep} name="keep" label={step.keep} onClick={() => deeds.keep()} />
      <Button
        name="go"
        look={step.grave ? 'danger' : 'accent'}
        label={step.go}
        onClick={() => deeds.confirm({ id: row.id, what })}
      />
    </div>
  );
}

function Facts(props: IRowProps): React.ReactElement {
  const { row, trans } = props;
  const facts: Array<[string, string]> = [
    [
      trans.__('From'),
      row.origin ? `${sourceWords(row, trans)} · ${row.origin}` : sourceWords(row, trans)
    ],
    [trans.__('Address'), row.url],
    [trans.__('Folder'), row.path]
  ];
  if (row.commit) {
    facts.push([trans.__('Commit'), row.commit.slice(0, 10)]);
  }
  if (row.checked_at) {
    facts.push([trans.__('Asked'), clock(row.checked_at)]);
  }
  return (
    <dl className="smo-Facts">
      {facts.map(([term, value]) => (
        <React.Fragment key={term}>
          <dt>{term}</dt>
          <dd title={value}>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}
