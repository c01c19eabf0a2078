/** The rows, their keys, and the box that narrows a long list. */

import * as React from 'react';

import type { Repository } from '../api/types';
import type { IReposViewProps } from './props';
import { mainAction, Row } from './row';
import { isTrouble } from './words';

/** Rows up to which no filter is needed. */
const LONG = 12;

/** Open rows up to which trouble opens by itself; past that, one looks for oneself. */
const FEW_TROUBLES = 4;

export function List(
  props: IReposViewProps & { rows: readonly Repository[] }
): React.ReactElement {
  const { rows, trans, deeds, asked } = props;
  const [query, setQuery] = React.useState('');
  const [opened, setOpened] = React.useState<ReadonlyMap<string, boolean>>(new Map());
  const [current, setCurrent] = React.useState<string | null>(null);
  const grid = React.useRef<HTMLDivElement>(null);

  const wanted = query.trim().toLowerCase();
  const shown = wanted === '' ? rows : rows.filter(row => matches(row, wanted));
  const tabStop = shown.some(row => row.id === current) ? current : shown[0]?.id;
  const opensTrouble = !props.narrow && rows.filter(isTrouble).length <= FEW_TROUBLES;
  const isOpen = (row: Repository) =>
    asked?.id === row.id || (opened.get(row.id) ?? (opensTrouble && isTrouble(row)));

  const set = (id: string, open: boolean) => setOpened(old => new Map(old).set(id, open));
  const toggle = (id: string) => {
    const row = rows.find(known => known.id === id);
    if (row) {
      set(id, !isOpen(row));
    }
  };
  const latest = React.useRef(toggle);
  latest.current = toggle;
  const onToggle = React.useCallback((id: string) => latest.current(id), []);

  const focus = (id: string | undefined) => {
    const lines = grid.current?.querySelectorAll<HTMLElement>('[data-smo-row]') ?? [];
    [...lines].find(line => line.dataset.smoRow === id)?.focus();
  };

  // The second step was not taken: back to the row it was asked for.
  const wasAsked = React.useRef<string | null>(null);
  React.useEffect(() => {
    if (
      asked === null &&
      wasAsked.current !== null &&
      document.activeElement === document.body
    ) {
      focus(wasAsked.current);
    }
    wasAsked.current = asked?.id ?? null;
  }, [asked]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>('[data-smo-row]');
    const index = shown.findIndex(row => row.id === line?.dataset.smoRow);
    const row = shown[index];
    if (!row || !line) {
      return;
    }
    const onRow = event.target === line;
    const act = keyAction(event, onRow);
    if (act === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (act) {
      case 'up':
        return focus(shown[Math.max(0, index - 1)]?.id);
      case 'down':
        return focus(shown[Math.min(shown.length - 1, index + 1)]?.id);
      case 'first':
        return focus(shown[0]?.id);
      case 'last':
        return focus(shown[shown.length - 1]?.id);
      case 'open':
        return set(row.id, true);
      case 'close':
        focus(row.id);
        return set(row.id, false);
      case 'main': {
        const what = mainAction(row);
        if (what === 'folder') {
          return deeds.openFolder(row.id);
        }
        if (what === null || (isTrouble(row) && !isOpen(row))) {
          return set(row.id, true);
        }
        return deeds.act(row.id, what);
      }
      case 'menu': {
        const box = line.getBoundingClientRect();
        return deeds.menu(row.id, box.left + 24, box.top + 24);
      }
    }
  };

  return (
    <>
      {rows.length > LONG && (
        <div className="smo-Filter">
          <input
            type="search"
            className="smo-Field"
            aria-label={trans.__('Filter repositories')}
            placeholder={trans.__('Filter %1 repositories', rows.length)}
            value={query}
            onChange={event => setQuery(event.target.value)}
          />
        </div>
      )}
      {shown.length === 0 && (
        <p className="smo-Footnote">{trans.__('None is named like that.')}</p>
      )}
      {shown.length > 0 && (
        <div
          ref={grid}
          role="treegrid"
          className="smo-Rows"
          aria-label={trans.__('Repositories')}
          aria-rowcount={shown.length}
          onKeyDown={onKeyDown}
          onFocus={event => {
            const line = (event.target as HTMLElement).closest<HTMLElement>(
              '[data-smo-row]'
            );
            setCurrent(line?.dataset.smoRow ?? null);
          }}
        >
          {shown.map((row, index) => (
            <Row
              key={row.id}
              row={row}
              index={index + 1}
              current={row.id === tabStop}
              open={isOpen(row)}
              full={opened.get(row.id) ?? false}
              busy={props.busy.has(row.id)}
              refusal={props.refusals.get(row.id)}
              asked={asked?.id === row.id ? asked : null}
              narrow={props.narrow}
              careful={props.careful}
              hasGit={props.hasGit}
              trans={trans}
              deeds={deeds}
              onToggle={onToggle}
            />
          ))}
        </div>
      )}
    </>
  );
}

type KeyAction = 'up' | 'down' | 'first' | 'last' | 'open' | 'close' | 'main' | 'menu';

/** Enter belongs to a button that has the focus; the other keys to the whole row. */
function keyAction(event: React.KeyboardEvent, onRow: boolean): KeyAction | null {
  if (event.altKey || event.ctrlKey || event.metaKey) {
    return null;
  }
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    return 'menu';
  }
  if (event.shiftKey) {
    return null;
  }
  switch (event.key) {
    case 'ArrowUp':
      return 'up';
    case 'ArrowDown':
      return 'down';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    case 'ArrowRight':
      return 'open';
    case 'ArrowLeft':
      return 'close';
    case 'Enter':
      return onRow ? 'main' : null;
    default:
      return null;
  }
}

function matches(row: Repository, wanted: string): boolean {
  return [row.name, row.path, row.url, row.branch ?? ''].some(text =>
    text.toLowerCase().includes(wanted)
  );
}
