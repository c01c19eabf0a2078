/** What the two halves of the links room are given by its plug-in. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { IMarkdownParser } from '@jupyterlab/rendermime';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

export interface ILinksRoom {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
  readonly palette: ICommandPalette | null;
  readonly registry: ISettingRegistry | null;
  readonly toolbars: IToolbarWidgetRegistry | null;
  /** Makes HTML of Markdown; what is shown of it, `opening/markdown.ts` says. */
  readonly markdown: IMarkdownParser | null;
}
