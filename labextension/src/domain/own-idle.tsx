/** The idle stop of the space one is in, and changing it where that is allowed. */

import * as React from 'react';

import type { RequestError } from '../api/request';
import type { Here } from '../api/types';
import type { IDomainPageProps } from './props';
import { idleSettingWords, sourceWords } from './words';

export function OwnIdle(props: IDomainPageProps & { here: Here }): React.ReactElement {
  const { here, trans, deeds } = props;
  const setting = here.idle;
  const [typed, setTyped] = React.useState<string | null>(null);
  const [error, setError] = React.useState<RequestError | null>(null);
  const [saving, setSaving] = React.useState(false);
  const minutes = Number(typed ?? setting?.minutes ?? '');
  const [least, most] = [setting?.minimum ?? 60, setting?.maximum ?? 525_600];
  const fits = Number.isInteger(minutes) && minutes >= least && minutes <= most;
  const save = async () => {
    setSaving(true);
    setError(null);
    try {
      await deeds.setIdle(minutes);
      setTyped(null);
    } catch (failure) {
      setError(failure as RequestError);
    }
    setSaving(false);
  };
  return (
    <form
      className="smo-OwnIdle"
      data-smo-idle={setting?.source ?? 'none'}
      onSubmit={event => {
        event.preventDefault();
        if (fits && !saving) {
          void save();
        }
      }}
    >
      <p>
        {trans.__('%1 stops when idle for:', here.space ?? '')}{' '}
        <strong>{idleSettingWords(setting, trans)}</strong>
        {setting && setting.enabled !== null && (
          <span className="smo-secondary">, {sourceWords(setting.source, trans)}</span>
        )}
      </p>
      {setting?.changeable ? (
        <p>
          <label>
            {trans.__('Minutes')}{' '}
            <input
              className="smo-Field smo-OwnIdle-field"
              type="number"
              name="minutes"
              min={least}
              max={most}
              step={1}
              value={typed ?? setting.minutes ?? ''}
              onChange={event => setTyped(event.target.value)}
            />
          </label>{' '}
          <button
            type="submit"
            className="smo-Button smo-mod-plain"
            data-smo-do="save-idle"
            disabled={!fits || saving || minutes === setting.minutes}
          >
            {trans.__('Change')}
          </button>{' '}
          <span className="smo-secondary">{trans.__('%1 to %2 min', least, most)}</span>
        </p>
      ) : (
        setting?.why_not && <p className="smo-secondary">{setting.why_not}</p>
      )}
      {error && (
        <p className="smo-Row-refusal" role="alert">
          {error.message} <span className="smo-secondary">{error.hint}</span>
        </p>
      )}
    </form>
  );
}
