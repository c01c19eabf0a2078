/** A kernel imports what lies in its folder, and counts as activity in Studio. */
export const NO_KERNEL = { shouldStart: false, autoStartDefault: false };

/** Says it of a document that is there but has not been read yet. */
export function withoutKernel(session: { kernelPreference: object }): void {
  session.kernelPreference = { ...session.kernelPreference, ...NO_KERNEL };
}
