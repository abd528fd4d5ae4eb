import { Injectable } from '@nestjs/common';
import type { FailingMovie } from '../movies/movie-record.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { type MovieError, RunsRepository } from './runs.repository.js';

export interface FailingMovieReport extends FailingMovie {
  /** Null when its run is no longer recorded, or kept no further errors. */
  readonly lastError: MovieError | null;
}

/** Movies whose enrichment failed at least twice in a row, with the reason. */
@Injectable()
export class FailingMovies {
  constructor(
    private readonly movies: MoviesRepository,
    private readonly runs: RunsRepository,
  ) {}

  /** Those with the most failures first. */
  async list(limit: number): Promise<FailingMovieReport[]> {
    const movies = await this.movies.failing(limit);
    const errors = await this.runs.lastMovieErrors(movies.map(({ id }) => id));
    return movies.map((movie) => ({ ...movie, lastError: errors.get(movie.id) ?? null }));
  }
}
