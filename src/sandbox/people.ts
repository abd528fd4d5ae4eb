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

/** An image path like TMDB's. The same numbers give the same path. */
export function imagePath(...seeds: readonly number[]): string {
  const dice = new Dice(...seeds);
  let path = '/';
  for (let n = 0; n < 27; n++) path += LETTERS.charAt(dice.int(0, LETTERS.length - 1));
  return `${path}.jpg`;
}

/** A person is computed from the id, so that the name is the same in every movie. */
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

/** 24 hexadecimal digits, as TMDB's credit ids have. The same numbers give the same id. */
export function creditId(...seeds: readonly number[]): string {
  return [1, 2, 3]
    .map((part) =>
      hash(...seeds, part)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
}
