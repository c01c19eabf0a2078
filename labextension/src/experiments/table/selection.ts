/** Chosen runs and their letters: a run keeps its letter as long as it is chosen. */

/** Letter by id, in the order of choosing. */
export type Chosen = ReadonlyMap<string, string>;

/** Colours that letters have, in turn. */
export const COLOURS = 6;

/** A, B, … Z, AA, AB, … */
export function letterOf(place: number): string {
  const first = Math.floor(place / 26) - 1;
  return `${first >= 0 ? letterOf(first) : ''}${String.fromCharCode(65 + (place % 26))}`;
}

/** A letter's place, from 0. */
export function placeOf(letter: string): number {
  return (
    Array.from(letter).reduce((sum, char) => sum * 26 + char.charCodeAt(0) - 64, 0) - 1
  );
}

/** Chooses runs that are not chosen yet: each takes the first letter that is free. */
export function choose(chosen: Chosen, ids: readonly string[]): Chosen {
  const next = new Map(chosen);
  const taken = new Set(chosen.values());
  let place = 0;
  for (const id of ids) {
    if (!next.has(id)) {
      while (taken.has(letterOf(place))) {
        place += 1;
      }
      next.set(id, letterOf(place));
      place += 1;
    }
  }
  return next;
}

export function unchoose(chosen: Chosen, ids: readonly string[]): Chosen {
  const next = new Map(chosen);
  ids.forEach(id => next.delete(id));
  return next;
}

export function toggle(chosen: Chosen, id: string): Chosen {
  return chosen.has(id) ? unchoose(chosen, [id]) : choose(chosen, [id]);
}

/** From the anchor to the line that was reached, in the order of the table. */
export function range(
  ids: readonly string[],
  anchor: string | null,
  to: string
): string[] {
  const end = ids.indexOf(to);
  const start = anchor === null ? end : ids.indexOf(anchor);
  if (end < 0) {
    return [];
  }
  const from = start < 0 ? end : start;
  return ids.slice(Math.min(from, end), Math.max(from, end) + 1);
}

/** In the order of letters, as they are compared. */
export function inOrder(chosen: Chosen): string[] {
  return [...chosen.keys()].sort(
    (a, b) => placeOf(chosen.get(a) ?? '') - placeOf(chosen.get(b) ?? '')
  );
}
