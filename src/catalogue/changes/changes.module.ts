import { Module } from '@nestjs/common';
import { MoviesModule } from '../../movies/movies.module.js';
import { RunsModule } from '../../runs/runs.module.js';
import { TmdbModule } from '../../tmdb/tmdb.module.js';
import { ChangeDays } from './change-days.repository.js';
import { ChangesStage } from './changes.stage.js';

/** TMDB's change feed. */
@Module({
  imports: [TmdbModule, MoviesModule, RunsModule],
  providers: [ChangesStage, ChangeDays],
  exports: [ChangesStage],
})
export class ChangesModule {}
