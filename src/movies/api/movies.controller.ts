import { Controller, Get, Param, Query, Req, Res, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { MoviesReadable } from '../../auth/access/access.decorators.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { MOVIE_FIELDS, SUMMARY_FIELDS } from '../reader/movie-fields.js';
import { MovieReaderRepository, type MovieRow } from '../reader/movie-reader.repository.js';
import { decodeCursor, digestOf, encodeCursor, type Position } from '../reader/movie-sort.js';
import { InvalidCursorError, NoSuchMovieError, OTHER_LIST } from '../reader/reading-errors.js';
import { CachedResponseInterceptor } from './cached-response.interceptor.js';
import { FieldsDto } from './dto/fields.dto.js';
import { ImdbIdDto, MovieIdDto } from './dto/lists.dto.js';
import { MovieDto } from './dto/movie.dto.js';
import { MoviesQueryDto } from './dto/movies-query.dto.js';
import { GenreNames } from './genre-names.js';
import { ApiCached, linkNext } from './next-page.js';
import { ReadingErrorsFilter } from './reading-errors.filter.js';

const BAD_ID = ['id must not be less than 1'];

@ApiTags('movies')
@Controller('movies')
@UseFilters(ReadingErrorsFilter)
@UseInterceptors(CachedResponseInterceptor)
@MoviesReadable()
export class MoviesController {
  constructor(
    private readonly movies: MovieReaderRepository,
    private readonly genres: GenreNames,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listMovies',
    summary: 'Movies that match all filters',
    description:
      'Each movie has the main fields; `fields` picks others. A `Link` header with `rel="next"` leads to the next page. ' +
      'A movie that is stored or removed meanwhile moves no other to another page.',
  })
  @ApiCached([MovieDto], 'A page of movies.', { isPaged: true })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async list(
    @Query() { sort, limit, cursor, fields, ...filters }: MoviesQueryDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MovieDto[]> {
    const digest = digestOf(sort, filters);
    const { genre, ...others } = filters;
    const names = genre === undefined ? {} : { genre: await this.genres.resolve(genre) };
    const page = await this.movies.page({
      filters: { ...others, ...names },
      ...{ sort, limit, fields: fields ?? SUMMARY_FIELDS },
      after: cursor === undefined ? null : positionOf(cursor, digest),
    });
    if (page.next !== null) linkNext(request, response, encodeCursor(page.next, digest));
    return page.movies.map((movie) => MovieDto.from(movie));
  }

  @Get('imdb/:imdb_id')
  @ApiOperation({ operationId: 'getMovieByImdbId', summary: 'Everything about the movie with an IMDb id' })
  @ApiCached(MovieDto, 'The movie.')
  @ApiProblem({
    400: ['imdb_id must be an id such as tt0137523'],
    404: new NoSuchMovieError('movie with the IMDb id tt0000001').message,
  })
  async byImdbId(@Param() { imdb_id }: ImdbIdDto, @Query() { fields }: FieldsDto): Promise<MovieDto> {
    const movie = await this.movies.byImdbId(imdb_id, fields ?? MOVIE_FIELDS);
    return found(movie, `movie with the IMDb id ${imdb_id}`);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getMovie',
    summary: 'Everything about one movie',
    description: 'Also of a movie that is gone from TMDB: `gone_at` says since when.',
  })
  @ApiCached(MovieDto, 'The movie.')
  @ApiProblem({ 400: BAD_ID, 404: new NoSuchMovieError('movie 4711').message })
  async byId(@Param() { id }: MovieIdDto, @Query() { fields }: FieldsDto): Promise<MovieDto> {
    return found(await this.movies.byId(id, fields ?? MOVIE_FIELDS), `movie ${id}`);
  }

  @Get(':id/similar')
  @ApiOperation({
    operationId: 'listSimilarMovies',
    summary: 'The similar movies that are stored, in the order of TMDB',
  })
  @ApiCached([MovieDto], 'At most 20 movies.')
  @ApiProblem({ 400: BAD_ID, 404: new NoSuchMovieError('movie 4711').message })
  async similar(@Param() { id }: MovieIdDto, @Query() { fields }: FieldsDto): Promise<MovieDto[]> {
    const movies = await this.movies.similarTo(id, fields ?? SUMMARY_FIELDS);
    if (movies === null) throw new NoSuchMovieError(`movie ${id}`);
    return movies.map((movie) => MovieDto.from(movie));
  }
}

function found(movie: MovieRow | null, subject: string): MovieDto {
  if (movie === null) throw new NoSuchMovieError(subject);
  return MovieDto.from(movie);
}

function positionOf(cursor: string, digest: string): Position {
  const position = decodeCursor(cursor);
  if (position === null) throw new InvalidCursorError();
  if (position.digest !== digest) throw new InvalidCursorError(OTHER_LIST);
  return position;
}
