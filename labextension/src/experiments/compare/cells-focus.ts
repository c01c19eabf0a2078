/** One tab stop for a grid of cells; arrows go through them as they are seen. */

import * as React from 'react';

const STOP = '[data-smo-at]';

/**
 * @param drawn - when this is another one, the stop may be gone
 */
export function useCells(grid: React.RefObject<HTMLDivElement | null>, drawn: unknown) {
  const all = () => [...(grid.current?.querySelectorAll<HTMLElement>(STOP) ?? [])];
  React.useEffect(() => {
    // Set here and not by React: a stop that moves draws no cell again.
    const cells = all();
    if (!cells.some(cell => cell.tabIndex === 0) && cells[0]) {
      cells[0].tabIndex = 0;
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is drawn says when
  }, [drawn]);
  const onFocus = (event: React.FocusEvent) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(STOP);
    if (cell) {
      for (const other of all()) {
        if (other !== cell && other.tabIndex === 0) {
          other.tabIndex = -1;
        }
      }
      cell.tabIndex = 0;
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(STOP);
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const to = reached(cell, event.key, all());
    if (to) {
      event.preventDefault();
      event.stopPropagation();
      to.focus();
    } else if (event.key === 'Enter' && event.target === cell) {
      // The name of a run opens it.
      const button = cell.matches('button')
        ? null
        : cell.querySelector<HTMLElement>('[data-smo-do="open"]');
      if (button) {
        event.preventDefault();
        button.click();
      }
    } else if (
      (event.key === 'Delete' || event.key === 'Backspace') &&
      event.target === cell
    ) {
      cell.querySelector<HTMLElement>('[data-smo-do="remove"]')?.click();
    }
  };
  return { onFocus, onKeyDown };
}

function reached(
  cell: HTMLElement,
  key: string,
  all: readonly HTMLElement[]
): HTMLElement | undefined {
  const row = rowOf(cell);
  const own = all.filter(one => rowOf(one) === row);
  const at = own.indexOf(cell);
  switch (key) {
    case 'ArrowRight':
      return own[at + 1];
    case 'ArrowLeft':
      return own[at - 1];
    case 'Home':
      return own[0];
    case 'End':
      return own.at(-1);
    case 'ArrowDown':
    case 'ArrowUp': {
      const rows = [...new Set(all.map(rowOf))];
      const next = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
      const cells = next ? all.filter(one => rowOf(one) === next) : [];
      return cells[Math.min(at, cells.length - 1)];
    }
    default:
      return undefined;
  }
}

function rowOf(cell: HTMLElement): Element | null {
  return cell.closest('[role="row"]');
}
