/** The letters of runs that are compared: those they have in the table, as far as they have any. */

import { choose, letterOf, placeOf, type Chosen } from '../table/selection';

/** Names in a tab's title. */
const NAMED = 4;

/**
 * @param chosen - the table's; a run that is chosen there has its letter here, too
 * @param before - what they had; a run that is no longer chosen keeps its letter while it is free
 */
export function lettersOf(
  runs: readonly string[],
  chosen: Chosen,
  before: Chosen
): Chosen {
  const found = new Map<string, string>();
  for (const id of runs) {
    const letter = chosen.get(id);
    if (letter !== undefined) {
      found.set(id, letter);
    }
  }
  const taken = new Set(chosen.values());
  for (const id of runs) {
    const letter = before.get(id);
    if (!found.has(id) && letter !== undefined && !taken.has(letter)) {
      found.set(id, letter);
      taken.add(letter);
    }
  }
  // The table's letters are not given twice, also where their runs are not compared here.
  const all = choose(new Map([...chosen, ...found]), runs);
  return new Map(runs.map(id => [id, all.get(id) ?? letterOf(0)]));
}

/** In the order of letters. */
export function byLetter(runs: readonly string[], letters: Chosen): string[] {
  const place = (id: string) => placeOf(letters.get(id) ?? '');
  return [...runs].sort((a, b) => place(a) - place(b));
}

/** "A · B · C", "A · B · C · D and 96 more" */
export function letterWords(letters: readonly string[]): { named: string; more: number } {
  const more = letters.length > NAMED + 1 ? letters.length - NAMED : 0;
  return {
    named: letters.slice(0, more > 0 ? NAMED : letters.length).join(' · '),
    more
  };
}
