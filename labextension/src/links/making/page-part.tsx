/** The notebook as a page of its own: what was found in it, and that it was saved. */

import * as React from 'react';

import { Bar, Button } from '../../shell/controls';
import { Icon } from '../../shell/icon';
import { Findings } from './findings';
import type { ILinkProps } from './props';
import { Problem } from './problem';

export function PagePart(props: ILinkProps): React.ReactElement {
  const { page, trans, deeds } = props;
  const back = (
    <div className="smo-Link-deeds">
      <Button
        name="back"
        label={trans.__('Back to the link')}
        onClick={deeds.forgetPage}
      />
    </div>
  );
  if (page.state === 'failed') {
    return (
      <div className="smo-Link-part">
        <Problem problem={page.error} trans={trans} />
        {back}
      </div>
    );
  }
  if (page.state !== 'here') {
    return (
      <div className="smo-Link-part">
        <Bar percent={null} label={trans.__('Making the page')} />
      </div>
    );
  }
  const { findings, html, name } = page.value;
  if (html === '' && findings.length > 0) {
    return (
      <Findings
        findings={findings}
        title={trans._n(
          '%1 thing in the page looks like a secret. It was not saved.',
          '%1 things in the page look like secrets. It was not saved.',
          findings.length
        )}
        keep={trans.__('Do not save')}
        go={trans.__('Save all the same')}
        onKeep={deeds.forgetPage}
        onGo={() => deeds.savePage(true)}
        trans={trans}
      />
    );
  }
  return (
    <div className="smo-Link-part" data-smo-page-saved={name}>
      <p className="smo-Link-warning" role="status">
        <Icon name="done" tone="ok" />
        <span>
          {trans.__(
            '%1 is in your downloads: text and pictures in one file, nothing in it runs.',
            name
          )}
        </span>
      </p>
      {back}
    </div>
  );
}
