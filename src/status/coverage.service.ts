import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../common/cached-value.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { type Coverage, CoverageRepository } from '../movies/coverage.repository.js';

const MAX_AGE_MS = 60_000;

/** The coverage, computed at most once a minute in this process: it reads the whole table of movies. */
@Injectable()
export class CoverageService {
  private readonly coverage: CachedValue<Coverage>;

  constructor(movies: CoverageRepository, @Inject(CLOCK) clock: Clock) {
    this.coverage = new CachedValue(clock, MAX_AGE_MS, () => movies.read(clock.now()));
  }

  read(): Promise<Coverage> {
    return this.coverage.read();
  }
}
