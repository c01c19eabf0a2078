/** What the preview's page is given; it knows nothing else. */

import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { RequestError } from '../../api/request';
import type { LinkOpening } from '../../api/types';
import type { How } from './opening';

export interface IPreviewDeeds {
  look(): void;
  /** The person lets the preview be fetched from the host that is shown. */
  fetch(): void;
  choose(how: How): void;
  /** Gives it up and closes the page. */
  cancel(): void;
  /** Opens again what was opened. */
  openAgain(): void;
  showFolder(path: string): void;
  /** Answers whether it was copied. */
  copyText(text: string): Promise<boolean>;
}

export interface IPreviewProps {
  /** As it was pasted. */
  link: string;
  shown: LinkOpening | null;
  refusal: RequestError | null;
  isUnderWay: boolean;
  isOver: boolean;
  late: boolean;
  /** Why what was opened is not shown; empty: it is. */
  notShown: string;
  markdown: IMarkdownParser | null;
  trans: TranslationBundle;
  deeds: IPreviewDeeds;
}
