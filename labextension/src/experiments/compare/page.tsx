/** The page of a comparison: values and code at the left, charts at the right. */

import * as React from 'react';

import { Icon } from '../../shell/icon';
import { Parallel } from '../charts/parallel';
import { Code, pairOf } from './code';
import { CompareCurves } from './curves-part';
import { headsOf, type ICompareProps } from './props';
import { sectionsOf, type ISection } from './rows';
import { Split } from './split';
import { Tools } from './tools';
import { Trouble } from './trouble';
import { Values } from './values';
import { MOST, type SplitId } from './view-state';

const BARS = [0, 1, 2, 3, 4, 5];
const NONE: readonly ISection[] = [];

export function ComparePage(props: ICompareProps): React.ReactElement {
  const { ids, letters, compared, packages, view, tableView, trans, deeds } = props;
  const heads = React.useMemo(
    () => headsOf(props),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- of all only these
    [ids, letters, compared?.runs, props.names]
  );
  const sections = React.useMemo(() => {
    if (!compared) {
      return NONE;
    }
    const place = new Map(compared.runs.map((run, at) => [run.id, at]));
    const order = ids.map(id => place.get(id) ?? -1);
    return sectionsOf(compared, packages, order, tableView.better, view.onlyDifferences);
  }, [compared, packages, ids, tableView.better, view.onlyDifferences]);
  const share = (id: SplitId, label: string) => ({
    name: id,
    label,
    share: view.shares[id],
    onShare: (now: number) => deeds.set({ shares: { ...view.shares, [id]: now } })
  });
  const values = <ValuesPart {...props} heads={heads} sections={sections} />;
  const curves = <CompareCurves {...props} heads={heads} />;
  return (
    <div className="smo-Compare" data-smo-page="compare">
      <Tools {...props} sections={sections} />
      <Notes {...props} />
      {ids.length === 0 ? (
        <p className="smo-Runs-notice" role="status" data-smo-room-state="empty">
          {trans.__('Add two runs, or choose them in the table and press C.')}
        </p>
      ) : (
        <Split direction="row" {...share('sides', trans.__('Width of the values'))}>
          {pairOf(props) ? (
            <Split
              direction="column"
              {...share('code', trans.__('Height of the values'))}
            >
              {values}
              <Code {...props} heads={heads} />
            </Split>
          ) : (
            values
          )}
          {props.runs.ids.length > 1 ? (
            <Split
              direction="column"
              {...share('charts', trans.__('Height of the curves'))}
            >
              <div className="smo-Compare-chart">{curves}</div>
              <div className="smo-Compare-chart">
                <Around {...props} />
              </div>
            </Split>
          ) : (
            <div className="smo-Compare-chart">{curves}</div>
          )}
        </Split>
      )}
    </div>
  );
}

function ValuesPart(
  props: ICompareProps & {
    heads: ReturnType<typeof headsOf>;
    sections: readonly ISection[];
  }
): React.ReactElement {
  const { compared, view, trans, deeds, sections } = props;
  if (!compared) {
    return props.problem ? (
      <Trouble
        trouble={props.problem}
        trans={trans}
        onAgain={deeds.again}
        onCopy={deeds.copy}
      />
    ) : (
      <div className="smo-Grid-skeleton" data-smo-room-state="loading" aria-busy="true">
        <p className="smo-Runs-late" role="status">
          {props.late ? trans.__('The Jupyter server has not answered yet.') : ''}
        </p>
        {BARS.map(bar => (
          <div key={bar} className="smo-Grid-skeletonRow smo-Runs-skeletonRow" />
        ))}
      </div>
    );
  }
  return (
    <>
      <Values
        heads={props.heads}
        sections={sections}
        folded={view.folded}
        turned={view.turned}
        trans={trans}
        deeds={deeds}
        onFold={id =>
          deeds.set({
            folded: view.folded.includes(id)
              ? view.folded.filter(one => one !== id)
              : [...view.folded, id]
          })
        }
      />
      {sections.length === 0 && (
        <p className="smo-Runs-notice smo-secondary">
          {trans.__('Nothing was recorded of these runs.')}
        </p>
      )}
    </>
  );
}

/** What could not be compared, above what could. */
function Notes(props: ICompareProps): React.ReactElement | null {
  const { compared, packages, trans } = props;
  const notes = [
    ...(props.leftOut > 0
      ? [trans.__('The first %1 of %2 runs are compared.', MOST, MOST + props.leftOut)]
      : []),
    ...(compared && props.problem
      ? [trans.__('%1 What is shown was read before.', props.problem.message)]
      : []),
    ...(compared?.notes ?? []),
    ...(packages?.notes ?? []),
    ...(props.packagesProblem ? [props.packagesProblem.message] : [])
  ];
  return (
    <div className="smo-Compare-notes" role="status" data-smo-notes={notes.length}>
      {notes.slice(0, 5).map((note, at) => (
        <p key={at} className="smo-Compare-note">
          <Icon name="inTheWay" tone="warn" /> {note}
        </p>
      ))}
      {notes.length > 5 && (
        <p className="smo-Compare-note smo-secondary">
          {trans.__('and %1 more', notes.length - 5)}
        </p>
      )}
    </div>
  );
}

/** All runs of the table, with those that are compared among them. */
function Around(props: ICompareProps): React.ReactElement {
  const { runs, letters, tableView, trans, deeds } = props;
  const rows = React.useMemo(() => Int32Array.from(runs.ids, (_, row) => row), [runs]);
  const table = React.useMemo(
    () => ({
      ...deeds.table,
      choose: (chosen: ReadonlyMap<string, string>) => deeds.setRuns([...chosen.keys()])
    }),
    [deeds]
  );
  return (
    <Parallel
      runs={runs}
      rows={rows}
      state="ready"
      problem={null}
      late=""
      experiments={[]}
      stores={[]}
      view={tableView}
      chosen={letters}
      current={null}
      trans={trans}
      deeds={table}
    />
  );
}
