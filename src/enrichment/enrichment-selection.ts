import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { EnrichedMovie } from '../movies/movie-record.js';
import { type MoviesQuery, MoviesRepository } from '../movies/movies.repository.js';
import type { TmdbCall } from '../tmdb/tmdb-call.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { enrichedMovie } from './enriched-movie.js';

export interface Wish {
  /** Movies that the lists named. */
  readonly collected: readonly number[];
  readonly limit: number;
  /** False: all that were collected count as due. */
  readonly incremental: boolean;
  /** Then stored movies up to the limit, and beyond it all that are overdue. */
  readonly alsoStored: boolean;
}

export interface Choice {
  /** Never enriched first, then the most popular. */
  readonly ids: readonly number[];
  /** Names those that come after them; some of `ids` as well. */
  readonly rest: MoviesQuery | null;
  /** Collected movies that were enriched recently enough. */
  readonly fresh: number;
}

/** Which movies need their details, and what those are. */
@Injectable()
export class EnrichmentService {
  private readonly language: string;

  constructor(
    private readonly tmdb: TmdbClient,
    private readonly movies: MoviesRepository,
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.language = config.tmdb.language;
  }

  async choose({ collected, limit, incremental, alsoStored }: Wish): Promise<Choice> {
    const now = this.clock.now();
    const { due, fresh } = await this.movies.dueAmong(collected, { limit, now, incremental });
    const ids = new Set(due);
    if (alsoStored) {
      const stored = await this.movies.dueStored({ limit, now });
      for (const id of stored) if (ids.size < limit) ids.add(id);
    }
    return { ids: [...ids], rest: alsoStored ? this.movies.overdue(now) : null, fresh };
  }

  /**
   * A movie's details as they are stored, in one request.
   * @throws TmdbError
   */
  async details(id: number, call: TmdbCall): Promise<EnrichedMovie> {
    return enrichedMovie(await this.tmdb.movie(id, call), this.language);
  }
}
