import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Readable } from '../../auth/access/access.decorators.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { MoviesRepository } from '../../movies/movies.repository.js';
import { GoneMovieDto, GoneQueryDto } from './dto/gone-movie.dto.js';

@ApiTags('pipeline')
@Controller('pipeline/gone')
@Readable()
export class GoneController {
  constructor(private readonly movies: MoviesRepository) {}

  @Get()
  @ApiOperation({
    operationId: 'listGone',
    summary: 'Ids of the movies that TMDB no longer has',
    description:
      'In the order of the ids. A movie that comes back leaves the list. A `Link` header with `rel="next"` leads to further ids.',
  })
  @ApiOkResponse({
    type: [GoneMovieDto],
    description: 'A page of movies.',
    headers: {
      Link: { description: '`<…>; rel="next"` while there are further ids.', schema: { type: 'string' } },
    },
  })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async list(
    @Query() { limit, since, cursor }: GoneQueryDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GoneMovieDto[]> {
    const found = await this.movies.gone({ after: cursor ?? 0, since: since ?? null, limit: limit + 1 });
    const movies = found.slice(0, limit);
    const last = movies.at(-1);
    if (found.length > limit && last !== undefined) {
      const parameters = new URLSearchParams({ limit: String(limit) });
      if (since !== undefined) parameters.set('since', since.toISOString());
      parameters.set('cursor', String(last.id));
      response.setHeader('Link', `<${request.path}?${parameters.toString()}>; rel="next"`);
    }
    return movies.map((movie) => GoneMovieDto.from(movie));
  }
}
