/** What charts are given; no React, no DOM. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** One line of a chart. */
export interface ISeries {
  /** Unique in its chart. */
  readonly id: string;
  readonly label: string;
  /** The letter of a chosen run, said at the end of its line. */
  readonly letter?: string;
  /** 0 to 5, as the letter's. */
  readonly colour: number;
  /** Which kind of broken line, see `DASHES`; 0: an unbroken one. */
  readonly dash: number;
  readonly steps: readonly number[];
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** What is no finite number is a gap. */
  readonly values: readonly number[];
}

export type Along = 'step' | 'time' | 'relative';

export interface ICurvesProps {
  readonly series: readonly ISeries[];
  readonly x: Along;
  /** 0: none; towards 1: more. The lines as they are stay faint behind. */
  readonly smooth: number;
  readonly log: boolean;
  /** Pixels of the plot, without what stands below it. */
  readonly height: number;
  /** What is drawn, "val_auc": names the chart. */
  readonly label: string;
  readonly trans: TranslationBundle;
}

/** Pixels of line and gap, in turn. */
export const DASHES: ReadonlyArray<readonly number[]> = [
  [],
  [7, 4],
  [2, 3],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4]
];
