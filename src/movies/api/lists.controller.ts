import { Controller, Get, Param, Query, Req, Res, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { MoviesReadable } from '../../auth/access/access.decorators.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { GenreCountsRepository } from '../reader/genre-counts.repository.js';
import { ListReaderRepository, type Place } from '../reader/list-reader.repository.js';
import { SUMMARY_FIELDS } from '../reader/movie-fields.js';
import { decodeCursor, encodeCursor } from '../reader/movie-sort.js';
import { InvalidCursorError, OTHER_LIST } from '../reader/reading-errors.js';
import { CachedResponseInterceptor } from './cached-response.interceptor.js';
import { CategoryDto, GenreDto, ListDto, ListedMovieDto, ListQueryDto } from './dto/lists.dto.js';
import { ApiCached, linkNext } from './next-page.js';
import { ReadingErrorsFilter } from './reading-errors.filter.js';

@ApiTags('movies')
@Controller()
@UseFilters(ReadingErrorsFilter)
@UseInterceptors(CachedResponseInterceptor)
@MoviesReadable()
export class ListsController {
  constructor(
    private readonly lists: ListReaderRepository,
    private readonly genres: GenreCountsRepository,
  ) {}

  @Get('lists')
  @ApiOperation({
    operationId: 'listLists',
    summary: 'The lists of TMDB that are stored, and when each was read',
  })
  @ApiCached([ListDto], 'The lists that have been read.')
  async all(): Promise<ListDto[]> {
    return (await this.lists.lists()).map((list) => ListDto.from(list));
  }

  @Get('lists/:category')
  @ApiOperation({
    operationId: 'getList',
    summary: 'The movies of a list, in the order of TMDB',
    description:
      'As last seen; empty until the list has been read. Movies that are gone from TMDB are left out.',
  })
  @ApiCached([ListedMovieDto], 'A page of the list.', { isPaged: true })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async one(
    @Param() { category }: CategoryDto,
    @Query() { limit, cursor, fields = SUMMARY_FIELDS }: ListQueryDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ListedMovieDto[]> {
    const after = cursor === undefined ? null : placeOf(cursor, category);
    const { entries, next } = await this.lists.page({ category, limit, after, fields });
    if (next !== null) {
      linkNext(request, response, encodeCursor({ key: String(next.position), id: next.id }, category));
    }
    return entries.map((entry) => ListedMovieDto.fromPlaced(entry));
  }

  @Get('genres')
  @ApiOperation({ operationId: 'listGenres', summary: 'The genres, with how many movies each has' })
  @ApiCached([GenreDto], 'The genres by name.')
  async genreCounts(): Promise<GenreDto[]> {
    return [...(await this.genres.read())];
  }
}

function placeOf(cursor: string, category: string): Place {
  const place = decodeCursor(cursor);
  if (place === null) throw new InvalidCursorError();
  if (place.digest !== category) throw new InvalidCursorError(OTHER_LIST);
  const position = Number(place.key);
  if (!isInt4(position) || !isInt4(place.id)) throw new InvalidCursorError();
  return { position, id: place.id };
}

const isInt4 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 31;
