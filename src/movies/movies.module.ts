import { Module } from '@nestjs/common';
import { GenreNames } from './api/genre-names.js';
import { ListsController } from './api/lists.controller.js';
import { MoviesController } from './api/movies.controller.js';
import { SearchController } from './api/search.controller.js';
import { BackgroundIndexes } from './indexes/background-indexes.js';
import { CatalogueRepository } from './catalogue.repository.js';
import { ContentPurge } from './content-purge.repository.js';
import { CoverageRepository } from './coverage.repository.js';
import { ListsRepository } from './lists.repository.js';
import { MovieFiguresRepository } from './movie-figures.repository.js';
import { MoviesRepository } from './movies.repository.js';
import { GenreCountsRepository } from './reader/genre-counts.repository.js';
import { ListReaderRepository } from './reader/list-reader.repository.js';
import { MovieReaderRepository } from './reader/movie-reader.repository.js';
import { SearchRepository } from './search/search.repository.js';
import { TitlesFill } from './search/titles-fill.js';
import { TitlesFillRepository } from './search/titles-fill.repository.js';

@Module({
  controllers: [MoviesController, ListsController, SearchController],
  providers: [
    ...[
      MoviesRepository,
      CatalogueRepository,
      ListsRepository,
      CoverageRepository,
      ContentPurge,
      BackgroundIndexes,
    ],
    ...[MovieReaderRepository, ListReaderRepository, GenreCountsRepository, GenreNames],
    ...[SearchRepository, TitlesFill, TitlesFillRepository, MovieFiguresRepository],
  ],
  exports: [
    ...[MoviesRepository, ListsRepository, CoverageRepository, BackgroundIndexes, SearchRepository],
    ...[CatalogueRepository, ContentPurge, MovieFiguresRepository],
  ],
})
export class MoviesModule {}
