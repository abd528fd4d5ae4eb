import { Module } from '@nestjs/common';
import { SearchController } from './api/search.controller.js';
import { BackgroundIndexes } from './indexes/background-indexes.js';
import { ListsRepository } from './lists.repository.js';
import { MoviesRepository } from './movies.repository.js';
import { SearchRepository } from './search/search.repository.js';
import { TitlesFill } from './search/titles-fill.js';
import { TitlesFillRepository } from './search/titles-fill.repository.js';

@Module({
  controllers: [SearchController],
  providers: [
    MoviesRepository,
    ListsRepository,
    BackgroundIndexes,
    SearchRepository,
    TitlesFill,
    TitlesFillRepository,
  ],
  exports: [MoviesRepository, ListsRepository, BackgroundIndexes, SearchRepository],
})
export class MoviesModule {}
