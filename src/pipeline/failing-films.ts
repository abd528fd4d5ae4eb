import { Injectable } from '@nestjs/common';
import type { FailingMovie } from '../movies/movie-records.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { type FilmError, RunsRepository } from './runs.repository.js';

export interface FailingFilm extends FailingMovie {
  /** Null when the run that met it is no longer on record, or kept no more errors. */
  readonly lastError: FilmError | null;
}

/** Films that failed at least twice in a row, with the reason. */
@Injectable()
export class FailingFilms {
  constructor(
    private readonly movies: MoviesRepository,
    private readonly runs: RunsRepository,
  ) {}

  /** Those with the most failures, first. */
  async list(limit: number): Promise<FailingFilm[]> {
    const films = await this.movies.failing(limit);
    const errors = await this.runs.lastFilmErrors(films.map(({ id }) => id));
    return films.map((film) => ({ ...film, lastError: errors.get(film.id) ?? null }));
  }
}
