import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { type Coverage, CoverageRepository } from '../movies/coverage.repository.js';

const CACHE_MS = 60_000;

/** The coverage, computed at most once a minute in this process: it reads the whole table of movies. */
@Injectable()
export class CoverageService {
  private cached: { readonly atMs: number; readonly coverage: Promise<Coverage> } | null = null;

  constructor(
    private readonly movies: CoverageRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Requests during a computation share its result. A failure is not cached. */
  async read(): Promise<Coverage> {
    const nowMs = this.clock.monotonicMs();
    if (this.cached === null || nowMs - this.cached.atMs >= CACHE_MS) {
      this.cached = { atMs: nowMs, coverage: this.movies.read(this.clock.now()) };
    }
    const { cached } = this;
    try {
      return await cached.coverage;
    } catch (error) {
      if (this.cached === cached) this.cached = null;
      throw error;
    }
  }
}
