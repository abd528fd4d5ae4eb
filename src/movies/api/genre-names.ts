import { Injectable } from '@nestjs/common';
import { ListsRepository } from '../lists.repository.js';
import type { ValueList } from '../reader/movie-filters.js';
import { NoSuchGenreError } from '../reader/reading-errors.js';

/** Turns genres of a request into the names that movies have. */
@Injectable()
export class GenreNames {
  constructor(private readonly lists: ListsRepository) {}

  /**
   * @param genre names in any case, or TMDB's ids
   * @throws NoSuchGenreError
   */
  async resolve({ match, values }: ValueList<string>): Promise<ValueList<string>> {
    const known = await this.lists.genreNames();
    const byText = new Map(
      [...known].flatMap(([id, name]) => [
        [String(id), name],
        [name.toLowerCase(), name],
      ]),
    );
    const nameOf = (genre: string): string => {
      const name = byText.get(genre.toLowerCase());
      if (name === undefined) throw new NoSuchGenreError(genre);
      return name;
    };
    const [first, ...others] = values;
    return { match, values: [nameOf(first), ...others.map(nameOf)] };
  }
}
