/** What tags and notes are called; by itself, so that no page loads another's words for it. */

/** The tag that MLflow keeps a run's note in. */
export const NOTE = 'mlflow.note.content';

/** What is typed as a tag: "name", "name=value" or "name: value". */
export function readTag(text: string): readonly [string, string] | null {
  const [, name = '', value = ''] = /^([^=:]+)(?:[=:](.*))?$/su.exec(text.trim()) ?? [];
  return name.trim() === '' ? null : [name.trim(), value.trim()];
}

/** "candidate", "team: A"; a value that only says yes is not said. */
export function tagWords(name: string, value: string): string {
  return ['', 'true', 'True', 'yes'].includes(value) ? name : `${name}: ${value}`;
}
