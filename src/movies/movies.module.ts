import { Module } from '@nestjs/common';
import { CoverageRepository } from './coverage.repository.js';
import { ListsRepository } from './lists.repository.js';
import { MoviesRepository } from './movies.repository.js';

const REPOSITORIES = [MoviesRepository, ListsRepository, CoverageRepository];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class MoviesModule {}
