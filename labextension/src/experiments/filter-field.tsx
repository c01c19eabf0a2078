/**
 * The filter, with its words in colour: what is typed is a plain field, and the same text in
 * colours lies below it.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { painted } from './table/query/paint';

interface IFilterFieldProps {
  value: string;
  /** It cannot be read. */
  bad: boolean;
  /** Id of the sentence that says why. */
  told: string | undefined;
  trans: TranslationBundle;
  onChange(value: string): void;
}

export function FilterField(props: IFilterFieldProps): React.ReactElement {
  const { value, trans, onChange } = props;
  const below = React.useRef<HTMLDivElement>(null);
  const follow = (field: HTMLInputElement) => {
    if (below.current) {
      below.current.scrollLeft = field.scrollLeft;
    }
  };
  return (
    <span className="smo-Experiments-filter">
      <div
        ref={below}
        className="smo-Field smo-mod-code smo-Query-paint"
        aria-hidden="true"
      >
        {painted(value).map(({ text, look }, index) => (
          <span key={index} className={`smo-Query-${look}`}>
            {text}
          </span>
        ))}
      </div>
      <input
        type="text"
        className="smo-Field smo-mod-code smo-Query-field"
        data-smo-filter="runs"
        aria-label={trans.__('Filter in MLflow’s language')}
        aria-invalid={props.bad}
        aria-describedby={props.told}
        placeholder='metrics.val_auc > 0.84 and params.max_depth != "3"'
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={event => onChange(event.target.value)}
        onScroll={event => follow(event.currentTarget)}
        onKeyUp={event => follow(event.currentTarget)}
        onSelect={event => follow(event.currentTarget)}
        onKeyDown={event => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation();
            onChange('');
          }
        }}
      />
    </span>
  );
}
