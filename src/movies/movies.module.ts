import { Module } from '@nestjs/common';
import { ListsRepository } from './lists.repository.js';
import { MoviesRepository } from './movies.repository.js';

@Module({ providers: [MoviesRepository, ListsRepository], exports: [MoviesRepository, ListsRepository] })
export class MoviesModule {}
