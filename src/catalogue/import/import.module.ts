import { Module } from '@nestjs/common';
import { RunsModule } from '../../runs/runs.module.js';
import { TmdbModule } from '../../tmdb/tmdb.module.js';
import { CatalogueImporter } from './catalogue-importer.js';
import { ImportStage } from './import.stage.js';

/** TMDB's daily id exports. */
@Module({
  imports: [TmdbModule, RunsModule],
  providers: [ImportStage, CatalogueImporter],
  exports: [ImportStage],
})
export class ImportModule {}
