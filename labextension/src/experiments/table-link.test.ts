import { describe, expect, it } from 'vitest';

import { FIRST_VIEW } from './table/view-state';
import { readTableLink, tableLink, withoutLink } from './table-link';

const VIEW = {
  ...FIRST_VIEW,
  filter: 'metrics.auc > 0.8 and params."a&b" != "=?#%"',
  search: 'ä 😀 50%+',
  sort: [{ by: 'metrics.auc', down: true }]
};

describe('a link to the table', () => {
  it('says the same again', () => {
    const link = { experiments: ['ab12.1', 'cd34.churn xgb'], view: VIEW };
    const address = new URL(tableLink('https://host/x/lab', link));
    expect(address.pathname).toBe('/x/lab');
    expect(address.search).not.toContain('+');
    expect(readTableLink(address.search)).toEqual(link);
  });

  it('is short where nothing was changed', () => {
    expect(tableLink('/lab', { experiments: [], view: FIRST_VIEW })).toBe(
      '/lab?smo=table'
    );
  });

  it.each([
    '',
    '?smo=git',
    '?x=smo=table',
    '?smo=tables',
    `?smo=table&v=${'x'.repeat(200_000)}`
  ])('is not made of %.30s', search => {
    expect(readTableLink(search)).toBeNull();
  });

  it('holds what is understood of one that is made up', () => {
    const found = readTableLink(
      '?smo=table&e=a.1&v={"filter":7,"search":"x","sort":[1]}'
    );
    expect(found).toEqual({
      experiments: ['a.1'],
      view: { ...FIRST_VIEW, search: 'x', sort: [] }
    });
    expect(readTableLink('?smo=table&v={')?.view).toEqual(FIRST_VIEW);
  });

  it('leaves the rest of the address', () => {
    expect(withoutLink('?smo=table&e=a.1&v={}&reset&x=1')).toBe('?reset=&x=1');
    expect(withoutLink('?smo=table')).toBe('');
  });
});
