import { Module } from '@nestjs/common';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { EnrichmentService } from './enrichment-selection.js';

@Module({ imports: [TmdbModule, MoviesModule], providers: [EnrichmentService], exports: [EnrichmentService] })
export class EnrichmentModule {}
