import axe from 'axe-core';
import { act, cleanup, fireEvent } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import {
  FOUND,
  LINK,
  made,
  MADE_LINK,
  making,
  showLinkView,
  standing
} from '../../testing/links';
import { FIRST } from './target';

const EVIL = '<img src=x onerror="hacked = 1">{{a}}';

afterEach(cleanup);

async function violations(container: Element): Promise<string[]> {
  const found = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  return found.violations.map(one => `${one.id} ${one.nodes[0]?.html ?? ''}`);
}

describe('the popover', () => {
  it('says what whoever opens it gets, and can be read by everybody', async () => {
    const { query, control, container, deeds } = showLinkView();
    expect(query('[role="dialog"]')?.dataset).toMatchObject({
      smoLink: 'made',
      smoCopied: 'yes'
    });
    expect(query('h2')?.textContent).toBe('Link copied');
    expect(query('[data-smo-address]')).toHaveProperty('value', LINK);
    expect(query('.smo-Link-secrets')?.textContent).toBe('No secrets found');
    expect(query('[data-smo-choice="git"]')?.textContent).toContain('not at github.com');
    expect(query('[data-smo-choice="git"] input')).toHaveProperty('disabled', true);
    control('copy-again')!.click();
    expect(deeds.copy).toHaveBeenCalledTimes(1);
    expect(deeds.make).not.toHaveBeenCalled();
    expect(await violations(container)).toEqual([]);
  });

  it('says that the packages in it are not those of the kernel', () => {
    const packages =
      'Its kernel churn is not here: the packages in it are those of JupyterLab’s Python.';
    const { query, container, again } = showLinkView();
    expect(query('.smo-Link-warning')).toBeNull();
    again({ shown: making({ made: made({ packages }) }) });
    expect([...container.querySelectorAll('.smo-Link-warning')].length).toBe(1);
    expect(query('.smo-Link-warning')?.textContent).toBe(packages);
  });

  it('never says copied where it was not', () => {
    const { query, control, again } = showLinkView({ copied: 'no' });
    expect(query('h2')?.textContent).toContain('not copied yet');
    expect(control('copy-again')?.textContent).toBe('Copy');
    again({ copied: 'waits' });
    expect(query('h2')?.textContent).toBe('The link is ready');
  });

  it('makes a link anew only when its button is pressed', () => {
    const { control, deeds } = showLinkView({ isOther: true });
    control('outputs')!.click();
    control('there')!.click();
    fireEvent.change(control('days')!, { target: { value: '7' } });
    expect(deeds.choose.mock.calls).toEqual([
      [{ outputs: true }],
      [{ there: false }],
      [{ days: 7 }]
    ]);
    expect(deeds.make).not.toHaveBeenCalled();
    expect(control('copy-again')?.textContent).toBe('Copy new link');
    control('copy-again')!.click();
    expect(deeds.make).toHaveBeenCalledWith();
  });

  it('pushes after a second step', () => {
    const { control, query, deeds } = showLinkView();
    fireEvent.click(control('push')!);
    expect(document.activeElement).toBe(control('keep'));
    fireEvent.click(control('keep')!);
    expect(query('[data-smo-step="push"]')).toBeNull();
    fireEvent.click(control('push')!);
    expect(deeds.make).not.toHaveBeenCalled();
    fireEvent.click(control('go')!);
    expect(deeds.choose).toHaveBeenCalledWith({ kind: 'git' });
    expect(deeds.make).toHaveBeenCalledWith(true);
  });

  it('gives the focus to the safe answer where something looks like a secret', async () => {
    const shown = making({ state: 'asks', made: null, findings: [FOUND, FOUND] });
    const { query, control, container, deeds } = showLinkView({ shown });
    expect(document.activeElement).toBe(control('keep'));
    expect(query('[data-smo-findings]')?.textContent).toContain('Nothing was sent');
    expect(query('[data-smo-finding]')?.textContent).toContain('AKIA••••••••');
    expect(await violations(container)).toEqual([]);
    control('keep')!.click();
    expect(deeds.cancel).toHaveBeenCalled();
    expect(deeds.confirm).not.toHaveBeenCalled();
    control('go')!.click();
    expect(deeds.confirm).toHaveBeenCalled();
  });

  it('shows everything as text', () => {
    const shown = making({
      made: made({
        gets: EVIL,
        readers: EVIL,
        left_out: [EVIL],
        link: EVIL,
        packages: EVIL
      }),
      standing: standing({
        choices: [{ ...standing().choices[0]!, title: EVIL, text: EVIL, warning: EVIL }],
        addresses: [{ host: 'GitHub', url: EVIL }]
      })
    });
    const { container } = showLinkView({ shown });
    expect(container.querySelectorAll('img, script, a')).toHaveLength(0);
    expect(container.textContent.split(EVIL).length).toBeGreaterThan(4);
  });

  it('says why, and what else there is, where it failed', () => {
    const problem = { ...standing().choices[1]!.problem!, code: 'links.no_store' };
    const shown = making({ state: 'failed', made: null, problem });
    const { query, control, deeds } = showLinkView({ shown, form: FIRST });
    expect(query('[role="alert"]')?.dataset.smoCode).toBe('links.no_store');
    control('copy-again')!.click();
    expect(deeds.make).toHaveBeenCalledWith();
    const nothing = showLinkView({
      shown: null,
      isOver: true,
      refusal: problem as never
    });
    nothing.control('retry')!.click();
    expect(nothing.deeds.make).toHaveBeenCalledWith();
  });

  it('waits for a click where nobody clicked on a control of ours', () => {
    const { query, control, deeds } = showLinkView({ shown: null });
    expect(query('[role="dialog"]')?.dataset.smoLink).toBe('first');
    expect(deeds.make).not.toHaveBeenCalled();
    control('copy-link')!.click();
    expect(deeds.make).toHaveBeenCalledTimes(1);
  });

  it('leaves by Escape, keeps Tab inside, and follows the work', () => {
    const shown = making({ state: 'making', made: null, doing: 'Packing 2 files.' });
    const { query, again, deeds } = showLinkView({ shown });
    expect(query('[role="progressbar"]')).not.toBeNull();
    expect(query('[role="dialog"]')?.textContent).toContain('Packing 2 files.');
    again({ shown: making(), isUnderWay: false });
    const dialog = query('[role="dialog"]')!;
    expect(document.activeElement).toBe(dialog);
    fireEvent.keyDown(dialog, { key: 'Tab', shiftKey: true });
    expect((document.activeElement as HTMLElement).dataset.smoDo).toBe('copy-again');
    fireEvent.keyDown(document.activeElement!, { key: 'Tab' });
    expect((document.activeElement as HTMLElement).dataset.smoDo).toBe('close');
    fireEvent.keyDown(dialog, { key: 'Escape' });
    expect(deeds.close).toHaveBeenCalled();
  });

  it('says what is not in it where the file could not be saved', () => {
    const { query, again } = showLinkView({ saving: 'changed' });
    expect(query('.smo-Link-warning')?.textContent).toContain('another one');
    again({ saving: 'saved' });
    expect(query('.smo-Link-warning')).toBeNull();
  });

  it('copies the address at its host, or shows it where that is not allowed', async () => {
    const { control, container, deeds } = showLinkView();
    deeds.copyText.mockResolvedValue(false);
    await act(async () => control('address')!.click());
    const shown = [...container.querySelectorAll('input')].map(one => one.value);
    expect(shown).toContain('https://github.com/acme/churn/blob/4f2a/x');
  });

  it('deletes one of the own links after a second step', async () => {
    const { control, query, container, deeds } = showLinkView({
      target: null,
      shown: null,
      made: { state: 'here', value: [MADE_LINK] }
    });
    expect(deeds.readMade).toHaveBeenCalledTimes(1);
    expect(query('[data-smo-row]')?.textContent).toContain('team');
    fireEvent.click(control('delete')!);
    expect(document.activeElement).toBe(control('keep'));
    expect(deeds.deleteMade).not.toHaveBeenCalled();
    expect(await violations(container)).toEqual([]);
    fireEvent.click(control('go')!);
    expect(deeds.deleteMade).toHaveBeenCalledWith('c07e5d2b');
  });

  it('says what was found in the page before it is saved', () => {
    const value = { name: 'a.html', html: '', findings: [FOUND] };
    const { control, again, query, deeds } = showLinkView({
      page: { state: 'here', value }
    });
    expect(document.activeElement).toBe(control('keep'));
    control('go')!.click();
    expect(deeds.savePage).toHaveBeenCalledWith(true);
    again({ page: { state: 'here', value: { ...value, html: '<p>' } } });
    expect(query('[data-smo-page-saved]')?.textContent).toContain('a.html');
  });
});
