import { describe, expect, it, vi } from 'vitest';

import type { INotebookContext } from './lab';
import { save } from './saving';

function context(more: object = {}, model: object = {}) {
  return {
    path: 'a.ipynb',
    model: { dirty: true, readOnly: false, collaborative: false, ...model },
    contentsModel: { last_modified: '2026-11-24T10:00:00Z', writable: true },
    lastModifiedCheckMargin: 500,
    save: vi.fn(() => Promise.resolve()),
    ...more
  };
}

async function saving(of: ReturnType<typeof context>, now: object = {}, allowed = true) {
  const file = { last_modified: '2026-11-24T10:00:00Z', ...now };
  const get = vi.fn(() => Promise.resolve(file as never));
  const result = await save(of as unknown as INotebookContext, { get }, allowed);
  return [result, of.save.mock.calls.length] as const;
}

describe('a notebook', () => {
  it('is saved where the file is as it was read', async () => {
    expect(await saving(context())).toEqual(['saved', 1]);
    expect(await saving(context({}, { dirty: false }))).toEqual(['saved', 0]);
  });

  it('never overwrites what changed on the disk', async () => {
    const later = { last_modified: '2026-11-24T10:00:01Z' };
    expect(await saving(context(), later)).toEqual(['changed', 0]);
    const known = { hash: 'a', last_modified: '2026-11-24T10:00:00Z' };
    const hashed = context({ contentsModel: known });
    expect(await saving(hashed, { hash: 'b' })).toEqual(['changed', 0]);
    expect(await saving(hashed, { ...later, hash: 'a' })).toEqual(['saved', 1]);
    expect(await saving(context({ contentsModel: null }))).toEqual(['changed', 0]);
  });

  it('is not saved where the person does not want it, or may not', async () => {
    expect(await saving(context(), {}, false)).toEqual(['off', 0]);
    expect(await saving(context({}, { readOnly: true }))).toEqual(['read-only', 0]);
    expect(await saving(context({ canSave: false }))).toEqual(['read-only', 0]);
  });

  it('that fails to be saved says so', async () => {
    const broken = context({ save: vi.fn(() => Promise.reject(new Error('disk full'))) });
    expect(await saving(broken)).toEqual(['failed', 1]);
  });
});
