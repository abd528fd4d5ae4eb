import { Controller, Get, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Open } from '../auth/access.js';
import { ApiProblem } from '../common/api-problem.js';
import { PipelineStatusDto } from './dto/pipeline-status.dto.js';
import { RunDetailsDto } from './dto/run-details.dto.js';
import { RunDto } from './dto/run.dto.js';
import { RunIdDto, RunsQueryDto } from './dto/runs-query.dto.js';
import { RunsService } from './runs.service.js';

@ApiTags('pipeline')
@Controller('pipeline')
@Open()
export class PipelineController {
  constructor(private readonly runs: RunsService) {}

  @Get('status')
  @ApiOperation({ summary: 'What is running, what ran last, and how runs went so far' })
  @ApiOkResponse({ type: PipelineStatusDto })
  async status(): Promise<PipelineStatusDto> {
    return PipelineStatusDto.from(await this.runs.status());
  }

  @Get('runs')
  @ApiOperation({
    summary: 'Runs, newest first',
    description: 'A `Link` header with `rel="next"` leads to older ones.',
  })
  @ApiOkResponse({
    type: [RunDto],
    headers: {
      Link: { description: '`<…>; rel="next"` while there are older runs.', schema: { type: 'string' } },
    },
  })
  @ApiProblem(400)
  async list(
    @Query() query: RunsQueryDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RunDto[]> {
    const page = await this.runs.list({
      limit: query.limit,
      status: query.status ?? null,
      before: query.cursor ?? null,
    });
    if (page.next !== null)
      response.setHeader('Link', `<${nextPage(request, query, page.next)}>; rel="next"`);
    return page.runs.map((run) => RunDto.from(run));
  }

  @Get('runs/:id')
  @ApiOperation({ summary: 'One run with its sources and what it could not bring in' })
  @ApiOkResponse({ type: RunDetailsDto })
  @ApiProblem(400, 404)
  async one(@Param() { id }: RunIdDto): Promise<RunDetailsDto> {
    const details = await this.runs.details(id);
    if (details === null)
      throw new NotFoundException(`There is no run ${id}. GET /pipeline/runs lists them.`);
    return RunDetailsDto.fromDetails(details);
  }
}

/** Relative to the host, so that it holds behind any proxy. */
function nextPage(request: Request, query: RunsQueryDto, cursor: number): string {
  const parameters = new URLSearchParams({ limit: String(query.limit) });
  if (query.status !== undefined) parameters.set('status', query.status);
  parameters.set('cursor', String(cursor));
  return `${request.path}?${parameters.toString()}`;
}
