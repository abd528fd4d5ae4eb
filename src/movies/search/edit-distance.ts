/** By script, what a missing or a wrong character may have been. */
const ALPHABETS = [
  { script: /\p{Script=Latin}/u, characters: [...'abcdefghijklmnopqrstuvwxyz0123456789 '] },
  { script: /\p{Script=Cyrillic}/u, characters: [...'абвгдежзиклмнопрстуфхцчшщъыьэюя0123456789 '] },
  { script: /\p{Script=Greek}/u, characters: [...'αβγδεζηθικλμνξοπρστυφχψω0123456789 '] },
];
/** In characters. A longer title shares enough trigrams with one that has a typo. */
const MAX_LENGTH = 24;

/** What a title may have been before one character was added, left out, replaced or swapped with its neighbour. */
export function oneEditAway(title: string): readonly string[] {
  const characters = [...title];
  if (characters.length < 3 || characters.length > MAX_LENGTH) return [];
  const alphabet = ALPHABETS.find(({ script }) => script.test(title))?.characters ?? [];
  const variants = new Set<string>();
  for (let at = 0; at <= characters.length; at++) {
    const [before, after] = [characters.slice(0, at).join(''), characters.slice(at)];
    const [first = '', second = ''] = after;
    const rest = after.slice(1).join('');
    variants.add(before + rest);
    if (second !== '') variants.add(before + second + first + after.slice(2).join(''));
    for (const character of alphabet) {
      variants.add(before + character + rest);
      variants.add(before + character + first + rest);
    }
  }
  variants.delete(title);
  return [...variants].map((variant) => variant.trim());
}

/** Number of characters that were added, left out, replaced, or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  const [a, b] = [[...from], [...to]];
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Infinity;
}

/** The distance to the most similar words of a title; half a character more where the title has others. */
export function distanceWithin(query: string, title: string): number {
  const words = title.split(' ');
  const length = Math.min(query.split(' ').length, words.length);
  let least = editDistance(query, title);
  for (let first = 0; first + length <= words.length && length < words.length; first++) {
    least = Math.min(least, editDistance(query, words.slice(first, first + length).join(' ')) + 0.5);
  }
  return least;
}
