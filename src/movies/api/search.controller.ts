import { Controller, Get, Query, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MoviesReadable } from '../../auth/access/access.decorators.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { SUMMARY_FIELDS } from '../reader/movie-fields.js';
import { MovieReaderRepository } from '../reader/movie-reader.repository.js';
import { SEARCH_NOT_READY, SearchNotReadyError } from '../search/search-not-ready-error.js';
import { SearchRepository } from '../search/search.repository.js';
import { CachedResponseInterceptor } from './cached-response.interceptor.js';
import { ReadingErrorsFilter } from './reading-errors.filter.js';
import { SearchHitDto, SUGGESTION_FIELDS, SuggestionDto } from './dto/found-movie.dto.js';
import { MovieDto } from './dto/movie.dto.js';
import { SearchQueryDto, SuggestQueryDto } from './dto/search-query.dto.js';
import { ApiCached } from './next-page.js';

const MAX_SUGGESTIONS = 8;
const BAD_QUERY = ['q must be longer than or equal to 1 characters'];

@ApiTags('movies')
@Controller()
@UseInterceptors(CachedResponseInterceptor)
@UseFilters(ReadingErrorsFilter)
@MoviesReadable()
export class SearchController {
  constructor(
    private readonly titles: SearchRepository,
    private readonly movies: MovieReaderRepository,
  ) {}

  @Get('search/movies')
  @ApiOperation({
    operationId: 'searchMovies',
    summary: 'Search movies by title',
    description:
      'Compares titles, original titles, alternative titles and translations. Exact matches come first, then titles that ' +
      'begin with what was searched for, titles with all its words in any order, and, where these are fewer than `limit`, ' +
      'similar titles; among equals the most popular movie is first. Leading articles, `&` and `and`, roman and arabic ' +
      'numerals, accents, case and width do not matter. Adult and gone movies are left out. A search that takes longer ' +
      'than half a second returns what it has found. Similar titles need the PostgreSQL extension pg_trgm.',
  })
  @ApiCached([SearchHitDto], 'The movies, the best match first.')
  @ApiProblem({ 400: BAD_QUERY, 503: SEARCH_NOT_READY })
  async search(@Query() { q, year, limit }: SearchQueryDto): Promise<SearchHitDto[]> {
    await this.requireTitles();
    const hits = await this.titles.search({ query: q, year: year ?? null, limit });
    const movies = await this.movies.byIds(
      hits.map(({ id }) => id),
      SUMMARY_FIELDS,
    );
    const matches = new Map(hits.map(({ id, match }) => [id, match]));
    return movies.map((movie) => ({ ...MovieDto.from(movie), match: matches.get(movie.id) ?? 'typo' }));
  }

  @Get('suggest')
  @ApiOperation({
    operationId: 'suggestTitles',
    summary: 'Suggest titles while a user types',
    description: `The ${MAX_SUGGESTIONS} most popular movies with a title, in any stored language, that begins with \`q\`.`,
  })
  @ApiCached([SuggestionDto], 'The movies, the most popular first.')
  @ApiProblem({ 400: BAD_QUERY, 503: SEARCH_NOT_READY })
  async suggest(@Query() { q }: SuggestQueryDto): Promise<SuggestionDto[]> {
    await this.requireTitles();
    const ids = await this.titles.suggest(q, MAX_SUGGESTIONS);
    const movies = await this.movies.byIds(ids, SUGGESTION_FIELDS);
    return movies.map((movie) => SuggestionDto.from(MovieDto.from(movie)));
  }

  private async requireTitles(): Promise<void> {
    if (!(await this.titles.isReady())) throw new SearchNotReadyError();
  }
}
