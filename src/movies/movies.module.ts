import { Module } from '@nestjs/common';
import { BackgroundIndexes } from './indexes/background-indexes.js';
import { ListsRepository } from './lists.repository.js';
import { MoviesRepository } from './movies.repository.js';

@Module({
  providers: [MoviesRepository, ListsRepository, BackgroundIndexes],
  exports: [MoviesRepository, ListsRepository, BackgroundIndexes],
})
export class MoviesModule {}
