/** What the curves say, as a table: for readers of the screen always, for all on request. */

import * as React from 'react';

import { figure } from '../format';
import type { ICurvesProps, ISeries } from './props';

export function CurvesTable(
  props: ICurvesProps & { visible: boolean }
): React.ReactElement {
  const { series, trans, label } = props;
  const rows = React.useMemo(() => series.map(summary), [series]);
  return (
    <div className={props.visible ? 'smo-ChartTable' : 'smo-only-heard'}>
      <table>
        <caption className="smo-only-heard">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Run')}</th>
            <th scope="col">{trans.__('First')}</th>
            <th scope="col">{trans.__('Lowest')}</th>
            <th scope="col">{trans.__('Highest')}</th>
            <th scope="col">{trans.__('Last')}</th>
            <th scope="col">{trans.__('Last step')}</th>
          </tr>
        </thead>
        <tbody>
          {series.map(({ id, label: name, letter }, index) => (
            <tr key={id}>
              <th scope="row">{letter === undefined ? name : `${letter} ${name}`}</th>
              {rows[index]?.map((value, column) => (
                <td key={column}>{value === undefined ? '–' : figure(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** First, lowest, highest, last value, last step; what is no finite number does not count. */
function summary({ values, steps }: ISeries): Array<number | undefined> {
  const known = values.flatMap((value, index) => (Number.isFinite(value) ? [index] : []));
  const numbers = known.map(index => values[index] as number);
  const extreme = (pick: (a: number, b: number) => number) =>
    numbers.length > 0 ? numbers.reduce(pick) : undefined;
  return [
    numbers[0],
    extreme((a, b) => (b < a ? b : a)),
    extreme((a, b) => (b > a ? b : a)),
    numbers[numbers.length - 1],
    steps[known[known.length - 1] ?? -1]
  ];
}
