import { fireEvent } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { blocked, row, state } from '../testing/rows';
import { show } from '../testing/view';

const rows = [
  row('first', { actions: ['update'] }),
  row('second', { state: 'behind', actions: ['update'] }),
  blocked('third')
];

function open() {
  const view = show({ state: state(rows) });
  const press = (id: string, key: string, more = {}) =>
    fireEvent.keyDown(view.row(id), { key, ...more });
  const focused = () => (document.activeElement as HTMLElement | null)?.dataset.smoRow;
  return { ...view, press, focused };
}

describe('keys', () => {
  it('has one tab stop, which follows the focus', () => {
    const { row: find, container } = open();
    const stops = () =>
      [...container.querySelectorAll<HTMLElement>('[data-smo-row]')]
        .filter(line => line.tabIndex === 0)
        .map(line => line.dataset.smoRow);
    expect(stops()).toEqual(['first']);
    fireEvent.focus(find('second'));
    expect(stops()).toEqual(['second']);
    const buttons = [...container.querySelectorAll('button')].filter(
      b => b.tabIndex === 0
    );
    expect(buttons.every(button => find('second').contains(button))).toBe(true);
  });

  it('go up and down, to the first and the last', () => {
    const { row: find, press, focused } = open();
    find('first').focus();
    press('first', 'ArrowDown');
    expect(focused()).toBe('second');
    press('second', 'End');
    expect(focused()).toBe('third');
    press('third', 'ArrowDown');
    expect(focused()).toBe('third');
    press('third', 'ArrowUp');
    expect(focused()).toBe('second');
    press('second', 'Home');
    expect(focused()).toBe('first');
  });

  it('open and close', () => {
    const { row: find, press } = open();
    expect(find('first').getAttribute('aria-expanded')).toBe('false');
    press('first', 'ArrowRight');
    expect(find('first').getAttribute('aria-expanded')).toBe('true');
    expect(find('first').textContent).toContain('https://github.com/acme/first.git');
    press('first', 'ArrowLeft');
    expect(find('first').getAttribute('aria-expanded')).toBe('false');
    press('third', 'ArrowLeft');
    expect(find('third').getAttribute('aria-expanded')).toBe('false');
  });

  it('Enter takes the main action', () => {
    const { press, deeds } = open();
    press('first', 'Enter');
    expect(deeds.openFolder).toHaveBeenCalledExactlyOnceWith('first');
    press('second', 'Enter');
    expect(deeds.act).toHaveBeenCalledExactlyOnceWith('second', 'update');
  });

  it('Enter shows closed trouble before it acts on it', () => {
    const { row: find, press, deeds } = open();
    press('third', 'ArrowLeft');
    press('third', 'Enter');
    expect(find('third').getAttribute('aria-expanded')).toBe('true');
    expect(deeds.act).not.toHaveBeenCalled();
    press('third', 'Enter');
    expect(deeds.act).toHaveBeenCalledExactlyOnceWith('third', 'set_aside');
  });

  it('Enter on a button is the button’s', () => {
    const { control, deeds } = open();
    fireEvent.keyDown(control('merge', 'third')!, { key: 'Enter' });
    expect(deeds.act).not.toHaveBeenCalled();
  });

  it.each([
    ['Shift+F10', { key: 'F10', shiftKey: true }],
    ['the menu key', { key: 'ContextMenu' }]
  ])('%s opens the menu', (_, event) => {
    const { row: find, deeds } = open();
    fireEvent.keyDown(find('second'), event);
    expect(deeds.menu).toHaveBeenCalledExactlyOnceWith('second', 24, 24);
  });

  it('leaves keys with modifiers to JupyterLab', () => {
    const { press, focused, row: find } = open();
    find('first').focus();
    press('first', 'ArrowDown', { ctrlKey: true });
    expect(focused()).toBe('first');
  });
});

describe('the pointer', () => {
  it('opens and closes a row, and its menu', () => {
    const { row: find, deeds, control } = open();
    fireEvent.click(find('first').querySelector('.smo-Row-main')!);
    expect(find('first').getAttribute('aria-expanded')).toBe('true');
    fireEvent.contextMenu(find('first'), { clientX: 5, clientY: 6 });
    expect(deeds.menu).toHaveBeenLastCalledWith('first', 5, 6);
    fireEvent.click(control('menu', 'second')!);
    expect(deeds.menu).toHaveBeenCalledTimes(2);
    expect(find('second').getAttribute('aria-expanded')).toBe('false');
  });

  it('tells which row was last in hand', () => {
    const { row: find, deeds } = open();
    fireEvent.focus(find('second'));
    expect(deeds.select).toHaveBeenLastCalledWith('second');
  });
});

describe('many rows', () => {
  const many = Array.from({ length: 200 }, (_, i) => row(`service-${i}`));

  it('get a filter, few do not', () => {
    expect(
      show({ state: state(many.slice(0, 12)) }).container.querySelector('input')
    ).toBeNull();
    expect(
      show({ state: state(many.slice(0, 13)) }).container.querySelector('input')
    ).not.toBeNull();
  });

  it('are narrowed by name, whatever the case', () => {
    const { container } = show({ state: state(many) });
    const grid = () => container.querySelector('[role=treegrid]');
    expect(grid()?.getAttribute('aria-rowcount')).toBe('200');
    fireEvent.change(container.querySelector('input')!, {
      target: { value: 'SERVICE-19' }
    });
    expect(grid()?.getAttribute('aria-rowcount')).toBe('11');
    fireEvent.change(container.querySelector('input')!, {
      target: { value: 'none such' }
    });
    expect(grid()).toBeNull();
    expect(container.textContent).toContain('None is named like that.');
  });

  it('stay as they were opened when the state comes again', () => {
    const view = show({ state: state(many) });
    fireEvent.keyDown(view.row('service-7'), { key: 'ArrowRight' });
    view.again({ state: state([...many], { revision: 2 }) });
    expect(view.row('service-7').getAttribute('aria-expanded')).toBe('true');
  });
});

it('offers git’s panel only where it is installed', () => {
  const shown = (hasGit: boolean) => {
    const view = show({ state: state([row('a')]), hasGit });
    fireEvent.keyDown(view.row('a'), { key: 'ArrowRight' });
    return view.control('git', 'a') !== null;
  };
  expect(shown(true)).toBe(true);
  expect(shown(false)).toBe(false);
});
