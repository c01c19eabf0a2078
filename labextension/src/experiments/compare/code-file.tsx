/** One file that differs: its lines with their signs, a notebook's cells as cells. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CodeCell, CodeFile, CodeHunk, CodeLine } from '../../api/types';
import { Icon } from '../../shell/icon';
import { cellWords, changeWords, cutWords, hunkWords, sameCellsWords } from './words';

const SIGNS = { ' ': ' ', '-': '−', '+': '+' } as const;
const LOOKS = { ' ': '', '-': 'smo-mod-removed', '+': 'smo-mod-added' } as const;

export const CodeFileView = React.memo(
  function CodeFileView(props: {
    file: CodeFile;
    isOpen: boolean;
    trans: TranslationBundle;
    onOpen(): void;
  }): React.ReactElement {
    const { file, isOpen, trans } = props;
    const change = changeWords(file, trans);
    return (
      <div
        className="smo-Code-file"
        data-smo-file={file.path}
        data-smo-change={file.change}
      >
        <button
          type="button"
          className="smo-Code-name"
          data-smo-do="file"
          aria-expanded={isOpen}
          title={file.old === '' ? file.path : `${file.old} → ${file.path}`}
          onClick={props.onOpen}
        >
          <Icon name={isOpen ? 'opened' : 'closed'} />
          <Icon name="file" />
          <span className="smo-Code-path">{file.path}</span>
          {change !== '' && <span className="smo-secondary smo-Code-was">{change}</span>}
          <span className="smo-Code-count">
            {file.added + file.removed > 0 && `+${file.added} −${file.removed}`}
          </span>
        </button>
        {isOpen && <Content file={file} trans={trans} />}
      </div>
    );
  },
  (one, other) => one.file === other.file && one.isOpen === other.isOpen
);

function Content(props: {
  file: CodeFile;
  trans: TranslationBundle;
}): React.ReactElement {
  const { file, trans } = props;
  const same = sameCellsWords(file, trans);
  return (
    <>
      {file.why !== '' && <p className="smo-Code-note smo-secondary">{file.why}</p>}
      {file.cells.map((cell, at) => (
        <Cell key={at} cell={cell} trans={trans} />
      ))}
      {file.hunks.map((hunk, at) => (
        <Hunk key={at} hunk={hunk} trans={trans} isNamed />
      ))}
      <Cut lines={file.notebook ? 0 : file.cut} trans={trans} />
      {same !== '' && <p className="smo-Code-note smo-secondary">{same}</p>}
    </>
  );
}

function Cell(props: { cell: CodeCell; trans: TranslationBundle }): React.ReactElement {
  const { cell, trans } = props;
  return (
    <div className="smo-Code-cell" data-smo-cell={cell.change}>
      <div className="smo-Code-cellName smo-secondary">
        {cellWords(cell, trans)}
        {cell.kind !== 'code' && ` · ${cell.kind}`}
      </div>
      {cell.hunks.map((hunk, at) => (
        <Hunk key={at} hunk={hunk} trans={trans} isNamed={at > 0} />
      ))}
      <Cut lines={cell.cut} trans={trans} />
    </div>
  );
}

function Hunk(props: {
  hunk: CodeHunk;
  trans: TranslationBundle;
  isNamed: boolean;
}): React.ReactElement {
  const { hunk, trans } = props;
  const name = hunkWords(hunk, trans);
  return (
    <div className="smo-Code-hunk" role="group" aria-label={name}>
      {props.isNamed && <div className="smo-Code-where smo-secondary">{name}</div>}
      {hunk.lines.map((line, at) => (
        <Line key={at} line={line} trans={trans} />
      ))}
    </div>
  );
}

function Line(props: { line: CodeLine; trans: TranslationBundle }): React.ReactElement {
  const { line, trans } = props;
  return (
    <div className={`smo-Code-line ${LOOKS[line.sign]}`} data-smo-line={line.sign}>
      <span className="smo-Code-number">{line.after ?? line.before}</span>
      <span className="smo-Code-sign" aria-hidden="true">
        {SIGNS[line.sign]}
      </span>
      <span className="smo-Code-text">
        {line.sign !== ' ' && (
          <span className="smo-only-heard">
            {line.sign === '+' ? trans.__('added') : trans.__('removed')}{' '}
          </span>
        )}
        {line.text}
      </span>
    </div>
  );
}

function Cut(props: {
  lines: number;
  trans: TranslationBundle;
}): React.ReactElement | null {
  return props.lines > 0 ? (
    <p className="smo-Code-note smo-secondary" data-smo-cut={props.lines}>
      {cutWords(props.lines, props.trans)}
    </p>
  ) : null;
}
