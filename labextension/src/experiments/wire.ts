/** The table of runs as the server sends it: by columns, since that is a third of the size. */

/** A number that JSON does not know is text. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity' | null;

/** Exactly one of `numbers` and `codes` is there. */
export interface IWireColumn {
  /** "metrics.auc", "params.eta", "tags.smo.person", "attributes.started" */
  readonly key: string;
  readonly numbers?: readonly WireNumber[] | null;
  /** Indices into `words`; -1: this run has no such value. */
  readonly codes?: readonly number[] | null;
  /** A text of more than 500 characters is cut, and ends in "…". */
  readonly words?: readonly string[];
}

export interface IRunsTable {
  readonly cursor: string;
  /** Replaces what the page has; otherwise `ids` are new or different, whole each. */
  readonly whole: boolean;
  /** Runs of the chosen experiments, also where only the first ones were sent. */
  readonly total: number;
  readonly ids: readonly string[];
  readonly columns: readonly IWireColumn[];
  readonly gone?: readonly string[];
}

export interface IStoreProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The IAM action that is missing. */
  readonly action?: string;
  readonly statement?: string;
}
