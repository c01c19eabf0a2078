/** What JupyterLab's libraries ask of a browser when they load, and jsdom lacks. */

globalThis.DragEvent ??= class extends MouseEvent {} as typeof DragEvent;

globalThis.matchMedia ??= query =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined
  });

globalThis.requestIdleCallback ??= done =>
  setTimeout(() => done({ didTimeout: false, timeRemaining: () => 1 }));
