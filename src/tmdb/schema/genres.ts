import { asId, asList, asObject, asText } from './json-values.js';
import { UnusableBodyError } from './unusable-body-error.js';

export interface TmdbGenre {
  readonly id: number;
  readonly name: string;
}

/** TMDB has 19. */
export const MAX_GENRES = 100;

/** Leaves out genres without an id or a name. */
export function readGenres(values: readonly unknown[]): TmdbGenre[] {
  return values.flatMap((value) => {
    const genre = asObject(value);
    const id = asId(genre?.id);
    const name = asText(genre?.name);
    return id === null || name === null ? [] : [{ id, name }];
  });
}

/** @throws UnusableBodyError when the body is not a genre list, or is an empty one, which TMDB never sends */
export function decodeGenres(body: unknown): TmdbGenre[] {
  const genres = readGenres(asList(asObject(body)?.genres, 'genres', MAX_GENRES) ?? []);
  if (genres.length === 0) throw new UnusableBodyError('it has no genres');
  return genres;
}
