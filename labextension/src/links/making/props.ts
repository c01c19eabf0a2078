/** What the popover is given; it knows nothing else. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../../api/request';
import type { LinkMaking, LinkStanding, MadeLink, NotebookPage } from '../../api/types';
import type { Saving } from '../../experiments/notebook/saving';
import type { Besides, Copied } from './making';
import type { IForm, ITarget } from './target';

export interface ILinkDeeds {
  /** Makes the link that the form says, and copies it. */
  make(push?: boolean): void;
  copy(): void;
  confirm(): void;
  cancel(): void;
  choose(more: Partial<IForm>): void;
  savePage(secrets?: boolean): void;
  forgetPage(): void;
  readMade(): void;
  deleteMade(id: string): void;
  /** Answers whether it was copied. */
  copyText(text: string): Promise<boolean>;
  close(): void;
}

export interface ILinkProps {
  target: ITarget | null;
  shown: LinkMaking | null;
  standing: LinkStanding | null;
  refusal: RequestError | null;
  isUnderWay: boolean;
  isOver: boolean;
  late: boolean;
  saving: Saving | null;
  copied: Copied;
  form: IForm;
  /** The form says something else than the link that was made. */
  isOther: boolean;
  made: Besides<readonly MadeLink[]>;
  page: Besides<NotebookPage>;
  trans: TranslationBundle;
  deeds: ILinkDeeds;
}
