/** The panel's last line: does everything work, and where to look. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { DomainState, Report } from '../api/types';
import { Button } from '../shell/controls';
import { Icon } from '../shell/icon';
import { footerWords } from './words';

export interface IFooterProps {
  report: Report | null;
  state: DomainState | null;
  trans: TranslationBundle;
  onDoctor(): void;
  onHelp(): void;
}

export function Footer(props: IFooterProps): React.ReactElement {
  const { trans } = props;
  const words = footerWords(props.report, props.state, trans);
  return (
    <div className="smo-Footer" data-smo-footer={words.state}>
      <Icon name={words.icon} tone={words.tone} />
      <span className="smo-Footer-says" role="status" title={words.says}>
        {words.says}
      </span>
      <Button
        name="doctor"
        look="link"
        label={trans.__('Doctor')}
        onClick={() => props.onDoctor()}
      />
      <Button
        name="help"
        look="link"
        label={trans.__('Help')}
        onClick={() => props.onHelp()}
      />
    </div>
  );
}
