/** A widget that hears when it comes into sight and goes out of it. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

export abstract class SeenWidget extends ReactWidget {
  /** Called when `isVisible` may have changed. */
  protected abstract onSeen(): void;

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.onSeen();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.onSeen();
    this.update();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.onSeen();
  }

  protected override onAfterDetach(message: Message): void {
    super.onAfterDetach(message);
    this.onSeen();
  }
}
