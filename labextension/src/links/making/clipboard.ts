/** Texts that the person copies; what was not copied is never said to be. */

/**
 * Copies a text that comes later. Browsers allow copying for a moment after a click alone, so
 * they are told at once that a text will come.
 *
 * @returns whether the clipboard has it
 */
export async function copyLater(text: Promise<string>): Promise<boolean> {
  try {
    if (typeof ClipboardItem !== 'undefined' && navigator.clipboard) {
      const blob = text.then(found => new Blob([found], { type: 'text/plain' }));
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
      return true;
    }
  } catch {
    // Perhaps the older way is allowed.
  }
  try {
    return await copyNow(await text);
  } catch {
    return false; // there is no text
  }
}

/** @returns whether the clipboard has it */
export async function copyNow(text: string): Promise<boolean> {
  try {
    // Without https there is none.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(text);
    if (navigator.clipboard) {
      return true;
    }
  } catch {
    // Not allowed, or the window has not the focus.
  }
  return copyByCommand(text);
}

/** JupyterLab's own would wait for the next "copy" where this one is not allowed. */
function copyByCommand(text: string): boolean {
  let copied = false;
  const onCopy = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
    copied = event.clipboardData !== null;
  };
  document.addEventListener('copy', onCopy, true);
  try {
    // What there is without https, and where a browser asks for it.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    document.execCommand('copy');
  } catch {
    // As if it had said no.
  } finally {
    document.removeEventListener('copy', onCopy, true);
  }
  return copied;
}
