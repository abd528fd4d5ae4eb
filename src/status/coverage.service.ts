import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../common/cached-value.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type CatalogueCoverage, CatalogueRepository } from '../movies/catalogue.repository.js';
import { type Coverage, CoverageRepository } from '../movies/coverage.repository.js';

const MAX_AGE_MS = 60_000;

export interface CoverageReport extends Coverage {
  /** Null with CATALOGUE=lists. */
  readonly catalogue: CatalogueCoverage | null;
}

/** The coverage, computed at most once a minute in this process: it reads the whole table of movies. */
@Injectable()
export class CoverageService {
  private readonly coverage: CachedValue<CoverageReport>;

  constructor(
    movies: CoverageRepository,
    catalogue: CatalogueRepository,
    @Inject(CLOCK) clock: Clock,
    @Inject(APP_CONFIG) { catalogue: { scope, adult } }: AppConfig,
  ) {
    this.coverage = new CachedValue(clock, MAX_AGE_MS, async () => ({
      ...(await movies.read(clock.now())),
      catalogue: scope === 'all' ? await catalogue.coverage(adult) : null,
    }));
  }

  read(): Promise<CoverageReport> {
    return this.coverage.read();
  }
}
