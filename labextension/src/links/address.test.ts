import { expect, it } from 'vitest';

import { SHARED_LINK, sharedLink, withoutSharedLink } from './address';

it('knows its own links in the query and behind the #, and no others', () => {
  for (const link of ['/lab?smo=git&r=x', '/lab?a=b&smo=run', '/lab#smo=path&p=x']) {
    expect(SHARED_LINK.test(link)).toBe(true);
  }
  for (const link of [
    '/lab?smo=table&e=1',
    '/lab?smo=gitx',
    '/lab?xsmo=git',
    '/smo=git'
  ]) {
    expect(SHARED_LINK.test(link)).toBe(false);
  }
});

it('takes only absolute addresses that a browser would go to', () => {
  const link = 'https://x.example/lab?smo=git&r=a';
  expect(sharedLink(link)).toBe(link);
  for (const other of [
    null,
    'lab?smo=git',
    'javascript:alert(1)//?smo=git',
    'data:text/html,?smo=git',
    'file:///x?smo=git',
    'https://x.example/lab',
    `https://x.example/?smo=git&p=${'a'.repeat(100_000)}`
  ]) {
    expect(sharedLink(other)).toBeNull();
  }
});

it('takes the link out of an address, and nothing else', () => {
  expect(withoutSharedLink('?smo=git&r=a&c=b&p=d&reset', '#cell-id=x')).toBe('?reset');
  expect(withoutSharedLink('?a=b%26&smo=run', '#other&heading=Y')).toBe('?a=b%26#other');
  expect(withoutSharedLink('', '#smo=path&p=x')).toBe('');
});
