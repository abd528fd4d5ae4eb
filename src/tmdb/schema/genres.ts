import { asId, asList, asObject, asText } from './json-values.js';
import { UnusableBodyError } from './unusable-body-error.js';

export interface TmdbGenre {
  readonly id: number;
  /** Null in a language in which TMDB has no name for it. */
  readonly name: string | null;
}

/** TMDB has 19. */
export const MAX_GENRES = 100;

/**
 * Leaves out genres without an id.
 * @throws UnusableBodyError when the body is not a genre list, or is an empty one, which TMDB never sends
 */
export function decodeGenres(body: unknown): TmdbGenre[] {
  const genres = (asList(asObject(body)?.genres, 'genres', MAX_GENRES) ?? []).flatMap(genre);
  if (genres.length === 0) throw new UnusableBodyError('it has no genres');
  return genres;
}

function genre(value: unknown): TmdbGenre[] {
  const object = asObject(value);
  const id = asId(object?.id);
  return id === null ? [] : [{ id, name: asText(object?.name) }];
}
