import { Dice, hash } from './random.js';
import { FIRST_NAMES, LAST_NAMES } from './words.js';

export interface Person {
  readonly adult: false;
  readonly gender: number;
  readonly id: number;
  readonly known_for_department: string;
  readonly name: string;
  readonly original_name: string;
  readonly popularity: number;
  readonly profile_path: string | null;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An image path like TMDB's, always the same for the same numbers. */
export function imagePath(...of: readonly number[]): string {
  const dice = new Dice(...of);
  let path = '/';
  for (let place = 0; place < 27; place++) path += LETTERS.charAt(dice.int(0, LETTERS.length - 1));
  return `${path}.jpg`;
}

/** Everything about a person follows from the id, so that a name is the same in every movie. */
export function person(seed: number, id: number, department: string): Person {
  const dice = new Dice(seed, id, 11);
  const name = `${dice.pick(FIRST_NAMES)} ${dice.pick(LAST_NAMES)}`;
  return {
    adult: false,
    gender: dice.int(0, 2),
    id,
    known_for_department: department,
    name,
    original_name: name,
    popularity: Math.round(dice.next() ** 4 * 20_0000) / 1e4,
    profile_path: dice.chance(0.3) ? null : imagePath(seed, id, 12),
  };
}

/** 24 hexadecimal digits that name one part of one person in one movie. */
export function creditId(...of: readonly number[]): string {
  return [1, 2, 3]
    .map((part) =>
      hash(...of, part)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
}
