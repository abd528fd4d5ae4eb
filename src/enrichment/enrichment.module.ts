import { Module } from '@nestjs/common';
import { MoviesModule } from '../movies/movies.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { CatalogueEnrichment } from './catalogue-enrichment.js';
import { DueCatalogue } from './due-catalogue.js';
import { EnrichBatchProcessor } from './enrich-batch.processor.js';
import { EnrichMovies } from './enrich-movies.js';
import { EnrichmentBatches } from './enrichment-batches.js';
import { EnrichmentResults } from './enrichment-results.js';
import { EnrichmentStage } from './enrichment.stage.js';

/** Fetches the details of movies: which of them are due, what is stored of a response, and the batches. */
@Module({
  imports: [TmdbModule, MoviesModule, RunsModule],
  providers: [
    ...[EnrichmentStage, EnrichmentBatches, CatalogueEnrichment, DueCatalogue],
    ...[EnrichBatchProcessor, EnrichMovies, EnrichmentResults],
  ],
  exports: [EnrichmentStage, CatalogueEnrichment],
})
export class EnrichmentModule {}
