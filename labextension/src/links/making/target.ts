/** What a link is made for. */

import type { LinkAsked } from '../../api/types';
import type { INotebookContext } from '../../experiments/notebook/lab';

export interface ITarget {
  /** What the person calls it. */
  readonly name: string;
  /** The file as JupyterLab calls it; empty for a run. */
  readonly contents: string;
  /** The page's id of a run; empty for a file. */
  readonly run: string;
  /** The place in it; at most one of the two. */
  readonly cell: string;
  readonly heading: string;
  /** Where it is open: it may have changes that are not saved. */
  readonly context: INotebookContext | null;
}

export function fileTarget(contents: string, more: Partial<ITarget> = {}): ITarget {
  const name = contents.slice(contents.lastIndexOf('/') + 1);
  return { name, contents, run: '', cell: '', heading: '', context: null, ...more };
}

export function runTarget(run: string, name: string): ITarget {
  return { ...fileTarget(''), name, run };
}

export type Kind = NonNullable<LinkAsked['kind']>;

/** What the person may choose. */
export interface IForm {
  /** Empty: the best there is. */
  readonly kind: Kind;
  readonly store: string;
  readonly outputs: boolean;
  /** To the target's cell or heading, where it has one. */
  readonly there: boolean;
  readonly days: number;
  readonly note: string;
  readonly fallback: boolean;
}

export const DAYS = [1, 7, 30, 90, 365] as const;

export const FIRST: IForm = {
  kind: '',
  store: '',
  outputs: false,
  there: true,
  days: 30,
  note: '',
  fallback: false
};

/**
 * @param base - where this JupyterLab is; the link begins with it
 * @param push - the person wants the commit to be pushed first
 */
export function asked(
  target: ITarget,
  form: IForm,
  base: string,
  push: boolean
): LinkAsked {
  const { there, ...rest } = form;
  return {
    contents: target.contents,
    run: target.run,
    cell: there ? target.cell : '',
    heading: there ? target.heading : '',
    ...rest,
    note: form.note.trim(),
    push,
    base
  };
}
