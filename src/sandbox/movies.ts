import { imagePath } from './people.js';
import { Dice, hash } from './random.js';
import * as words from './words.js';

/** The parameters of all movies. A movie is computed from these and its rank; none is kept in memory. */
export interface Catalogue {
  readonly seed: number;
  readonly movies: number;
  /** Adult movies, which only the exports name: their ranks are behind those of the others. */
  readonly adultMovies: number;
  /** Release dates are relative to this day. */
  readonly today: Date;
  /** People in each cast and in each crew; null: as many as in TMDB's movies. */
  readonly people: number | null;
  /** How often movies have changed since, by their ids. */
  readonly revisions?: ReadonlyMap<number, number>;
  /** Ids of movies that have turned adult since. */
  readonly adults?: ReadonlySet<number>;
}

/** A list item, with TMDB's keys. */
export interface Movie {
  readonly adult: boolean;
  readonly backdrop_path: string | null;
  readonly genre_ids: readonly number[];
  readonly id: number;
  readonly original_language: string;
  readonly original_title: string;
  readonly overview: string;
  readonly popularity: number;
  readonly poster_path: string | null;
  readonly release_date: string;
  readonly softcore: boolean;
  readonly title: string;
  readonly video: boolean;
  readonly vote_average: number;
  readonly vote_count: number;
}

const DAY_MS = 86_400_000;
/** Ids have gaps, as at TMDB: there is one movie in each block of this many ids. */
const BLOCK = 7;
/** Of this many ranks, one movie is released soon and one was released recently. */
export const RELEASE_CYCLE = 25;
export const UPCOMING = 7;
export const NOW_PLAYING = 3;

/** Rank 0 is the most popular. */
export function idOf({ seed }: Catalogue, rank: number): number {
  return 1 + rank * BLOCK + (hash(seed, rank, 1) % BLOCK);
}

/** The rank of an id; null if no movie has it. */
export function rankOf(catalogue: Catalogue, id: number): number | null {
  const rank = Math.floor((id - 1) / BLOCK);
  return rank >= 0 && rank < catalogue.movies + catalogue.adultMovies && idOf(catalogue, rank) === id
    ? rank
    : null;
}

export function movie(catalogue: Catalogue, rank: number): Movie {
  const dice = new Dice(catalogue.seed, rank, 2);
  const id = idOf(catalogue, rank);
  const language = dice.chance(0.6) ? words.LANGUAGES[0] : dice.pick(words.LANGUAGES);
  const title = titleOf(dice);
  const votes = Math.floor((40_000 / (1 + rank / 30)) * dice.next());
  const release = releaseDate(catalogue, rank, dice);
  const isOut = release !== '' && release <= isoDay(catalogue.today);
  return {
    adult: rank >= catalogue.movies || (catalogue.adults?.has(id) ?? false),
    backdrop_path: dice.chance(0.12) ? null : imagePath(catalogue.seed, id, 3),
    genre_ids: dice.some(words.GENRES, dice.int(rank % 17 === 0 ? 0 : 1, 4)).map((genre) => genre.id),
    id,
    original_language: language.code,
    original_title: language.code === 'en' ? title : dice.pick(language.titles),
    overview: revised(overviewOf(dice), catalogue.revisions?.get(id)),
    popularity: Math.round((600 / (1 + rank / 25) ** 0.9) * 1e4) / 1e4,
    poster_path: dice.chance(0.06) ? null : imagePath(catalogue.seed, id, 4),
    release_date: release,
    softcore: false,
    title,
    video: false,
    vote_average: isOut && votes > 0 ? Math.round((4 + dice.next() * 4.8) * 1e3) / 1e3 : 0,
    vote_count: isOut ? votes : 0,
  };
}

function titleOf(dice: Dice): string {
  const adjective = dice.pick(words.ADJECTIVES);
  const noun = dice.pick(words.NOUNS);
  switch (dice.int(1, 8)) {
    case 1:
      return `The ${adjective} ${noun}`;
    case 2:
      return `${adjective} ${noun}`;
    case 3:
      return `The ${noun} of ${dice.pick(words.PLACES)}`;
    case 4:
      return `${dice.pick(words.PLACES)}, ${adjective} ${noun}`;
    case 5:
      return `${dice.pick(words.FIRST_NAMES)} and the ${noun}`;
    case 6:
      return `The ${noun}'s ${dice.pick(words.NOUNS)}`;
    case 7:
      return `${noun}: Part ${dice.pick(['II', 'III', 'IV'])}`;
    default:
      return `A ${noun} in ${dice.pick(words.PLACES)}`;
  }
}

/** As at TMDB, some are empty and some contain carriage returns. */
function overviewOf(dice: Dice): string {
  if (dice.chance(0.04)) return '';
  const name = dice.pick(words.FIRST_NAMES);
  const place = dice.pick(words.PLACES);
  const first = `In ${place}, ${name}, a ${dice.pick(words.PROFESSIONS)}, ${dice.pick(words.EVENTS)}.`;
  const second = `With the help of ${dice.pick(words.FIRST_NAMES)}, a ${dice.pick(words.PROFESSIONS)}, ${name} has to ${dice.pick(words.GOALS)}.`;
  return `${first}${dice.chance(0.03) ? '\r\n\r\n' : ' '}${second}`;
}

function revised(overview: string, revision: number | undefined): string {
  return revision === undefined ? overview : `${overview} Revision ${revision}.`;
}

function releaseDate({ today }: Catalogue, rank: number, dice: Dice): string {
  const remainder = rank % RELEASE_CYCLE;
  if (remainder === UPCOMING) return isoDay(new Date(today.getTime() + dice.int(2, 28) * DAY_MS));
  if (remainder === NOW_PLAYING) return isoDay(new Date(today.getTime() - dice.int(1, 40) * DAY_MS));
  if (dice.chance(0.03)) return '';
  // Half of the movies are from the last 15 years, the others go back to 1920.
  const years = dice.chance(0.5) ? dice.next() * 15 : dice.next() ** 1.5 * (today.getUTCFullYear() - 1920);
  return isoDay(new Date(today.getTime() - Math.floor((0.15 + years) * 365.25) * DAY_MS));
}

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
