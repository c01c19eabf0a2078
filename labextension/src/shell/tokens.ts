/** What a room needs in order to appear in the side panel. */

import type { Toolbar } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

/** A few words beside a room's title, such as "2 of 4 ready". */
export interface ISummary {
  readonly text: string;
  readonly changed: ISignal<unknown, unknown>;
}

export interface IRoom {
  /** Stable, in `data-smo-room`. */
  id: string;
  title: string;
  /** Rooms are shown by rank, lowest first. */
  rank: number;
  /** Its share of the height, in relation to other rooms; 1 without it. */
  share?: number;
  widget: Widget;
  summary?: ISummary;
  /** Shown in the room's title bar. The panel takes it over. */
  toolbar?: Toolbar;
}

export interface IOnboardPanel {
  /** Add a room; disposing takes it out again. */
  addRoom(room: IRoom): IDisposable;
  /** Above the rooms: where am I. Replaces what is there. */
  setHeader(widget: Widget | null): void;
  /** Below the rooms: does everything work. Replaces what is there. */
  setFooter(widget: Widget | null): void;
  /**
   * Bring the panel to the front.
   *
   * @param first - it opens by itself, and may choose how wide it is
   */
  reveal(first?: boolean): void;
}

export const IOnboardPanel = new Token<IOnboardPanel>(
  'sm-onboard:IOnboardPanel',
  'The side panel of sm_onboard, which its rooms register with.'
);
