/** "Best of" over the list, below the heading that asked for it. */

import * as React from 'react';

import type { IBestAsked } from '../page-state';
import type { IExperimentsPageProps } from '../props';
import { betterOf } from '../table/direction';
import { choose } from '../table/selection';
import { Best } from './best';
import { metricsOf, shownMetrics } from './metrics';

export function BestOf(
  props: IExperimentsPageProps & { asked: IBestAsked }
): React.ReactElement | null {
  const { runs, view, chosen, trans, deeds, asked } = props;
  const panel = React.useRef<HTMLDivElement>(null);
  const before = React.useRef<Element | null>(null);
  const known = metricsOf(runs);
  const of = asked.of || shownMetrics(known, null, view.sort[0]?.by ?? '')[0];
  React.useEffect(() => {
    before.current = document.activeElement;
    const first = panel.current?.querySelector<HTMLElement>('[data-smo-do="best-run"]');
    (first ?? panel.current)?.focus({ preventScroll: true });
    const away = (event: Event) => {
      if (event.target instanceof Node && !panel.current?.contains(event.target)) {
        close(false);
      }
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each time it is asked for
  }, [asked]);
  const close = (back: boolean) => {
    deeds.best?.(null);
    if (back && before.current instanceof HTMLElement) {
      before.current.focus();
    }
  };
  return (
    <div className="smo-Best-place">
      <div
        ref={panel}
        role="dialog"
        aria-label={trans.__('Best runs')}
        tabIndex={-1}
        className="smo-Popup-panel smo-Best-panel"
        data-smo-popup="best"
        style={{ left: `min(${Math.max(0, Math.round(asked.x))}px, calc(100% - 330px))` }}
        onKeyDown={event => {
          const all = [
            ...event.currentTarget.querySelectorAll<HTMLElement>(
              '[data-smo-do="best-run"]'
            )
          ];
          const at = all.indexOf(event.target as HTMLElement);
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (event.key === 'Escape') {
            event.stopPropagation();
            close(true);
          } else if (at >= 0 && by !== undefined) {
            event.preventDefault();
            all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
          }
        }}
      >
        {of === undefined ? (
          <p className="smo-secondary">{trans.__('These runs have no metrics.')}</p>
        ) : (
          <Best
            runs={runs}
            of={of}
            better={betterOf(of, view.better)}
            trans={trans}
            onBetter={better => deeds.set({ better: { ...view.better, [of]: better } })}
            onRun={id => {
              close(false);
              if (deeds.open) {
                deeds.open(id);
              } else {
                deeds.choose(choose(chosen, [id]));
                deeds.setCurrent(id);
              }
            }}
          />
        )}
      </div>
    </div>
  );
}
