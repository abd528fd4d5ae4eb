import { Controller, Get, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { OptionalUser, Readable } from '../../auth/access/access.decorators.js';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { EventLoopYield } from '../../common/event-loop-yield.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { FailingMovieDto, FailingQueryDto } from './dto/failing-movie.dto.js';
import { RunDetailsDto } from './dto/run-details.dto.js';
import { HistoryQueryDto, RunInHistoryDto } from './dto/run-history.dto.js';
import { RunDto } from './dto/run.dto.js';
import { HistoryAnswer } from './history-answer.js';
import { PipelineErrorsFilter } from './pipeline-errors.filter.js';
import { BAD_RUN_ID, RunIdDto, RunsQueryDto } from './dto/runs-query.dto.js';
import { FailingMovies } from '../../runs/failing-movies.js';
import { NoSuchRunError } from '../../runs/run-errors.js';
import { RunsRepository } from '../../runs/runs.repository.js';

@ApiTags('pipeline')
@Controller('pipeline')
@UseFilters(PipelineErrorsFilter)
@Readable()
export class RunsController {
  /** However many are requested at once, other requests wait for one of them at most. */
  private readonly largeAnswers = new EventLoopYield();

  constructor(
    private readonly runs: RunsRepository,
    private readonly history: HistoryAnswer,
    private readonly movies: FailingMovies,
  ) {}

  @Get('runs')
  @ApiOperation({
    operationId: 'listRuns',
    summary: 'Runs, newest first',
    description: 'A `Link` header with `rel="next"` leads to older runs.',
  })
  @ApiOkResponse({
    type: [RunDto],
    description: 'A page of runs.',
    headers: {
      Link: { description: '`<…>; rel="next"` while there are older runs.', schema: { type: 'string' } },
    },
  })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async list(
    @Query() query: RunsQueryDto,
    @OptionalUser() user: AuthUser | null,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RunDto[]> {
    const page = await this.runs.list({
      limit: query.limit,
      status: query.status ?? null,
      updateType: query.update_type ?? null,
      trigger: query.trigger ?? null,
      since: query.since ?? null,
      until: query.until ?? null,
      before: query.cursor ?? null,
    });
    await this.largeAnswers.next();
    if (page.next !== null)
      response.setHeader('Link', `<${nextPage(request, query, page.next)}>; rel="next"`);
    return page.runs.map((run) => RunDto.from(run, user));
  }

  @Get('runs/history')
  @ApiOperation({
    operationId: 'listRunHistory',
    summary: 'The runs of the last days in few fields, for charts',
    description: 'Newest first, at most the newest 2,000, as they were at most two seconds ago.',
  })
  @ApiOkResponse({ type: [RunInHistoryDto], description: 'The runs.' })
  @ApiProblem({ 400: ['days must not be less than 1'] })
  async recent(@Query() { days }: HistoryQueryDto, @Res() response: Response): Promise<void> {
    const json = await this.history.ofDays(days);
    await this.largeAnswers.next();
    response.type('application/json').send(json);
  }

  @Get('runs/:id')
  @ApiOperation({ operationId: 'getRun', summary: 'One run with its sources and what it could not store' })
  @ApiOkResponse({ type: RunDetailsDto, description: 'The run.' })
  @ApiProblem({ 400: BAD_RUN_ID, 404: new NoSuchRunError(4711).message })
  async one(@Param() { id }: RunIdDto, @OptionalUser() user: AuthUser | null): Promise<RunDetailsDto> {
    const details = await this.runs.details(id);
    if (details === null) throw new NoSuchRunError(id);
    return RunDetailsDto.fromDetails(details, user);
  }

  @Get('failing')
  @ApiOperation({
    operationId: 'listFailing',
    summary: 'Movies that fail repeatedly, and when each is tried next',
    description:
      'Movies whose details could not be fetched or stored at least twice in a row, those with the most failures first. ' +
      'The interval between attempts grows from an hour to 30 days.',
  })
  @ApiOkResponse({ type: [FailingMovieDto], description: 'The movies.' })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async failing(@Query() { limit }: FailingQueryDto): Promise<FailingMovieDto[]> {
    return (await this.movies.list(limit)).map((movie) => FailingMovieDto.from(movie));
  }
}

/** Relative to the host, so that it is right behind any proxy. */
function nextPage(request: Request, query: RunsQueryDto, cursor: number): string {
  const parameters = new URLSearchParams({ limit: String(query.limit) });
  for (const name of ['status', 'update_type', 'trigger'] as const) {
    if (query[name] !== undefined) parameters.set(name, query[name]);
  }
  for (const name of ['since', 'until'] as const) {
    if (query[name] !== undefined) parameters.set(name, query[name].toISOString());
  }
  parameters.set('cursor', String(cursor));
  return `${request.path}?${parameters.toString()}`;
}
