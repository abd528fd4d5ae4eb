import { Controller, Get, Headers, Ip, Param, Res, UseFilters } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { OptionalUser, Readable } from '../../auth/access/access.decorators.js';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { RunDetailsDto } from './dto/run-details.dto.js';
import { RunProgressDto } from './dto/run-progress.dto.js';
import { PipelineErrorsFilter } from './pipeline-errors.filter.js';
import { BAD_RUN_ID, RunIdDto } from './dto/runs-query.dto.js';
import type { RunEvent } from '../execution/run-follower.js';
import { NoSuchRunError } from '../../runs/run-errors.js';
import { EventStreams } from './event-streams.js';
import { sendEvents, type SentEvent } from './send-events.js';
import { TOO_MANY_STREAMS } from './stream-limits.js';

@ApiTags('pipeline')
@Controller('pipeline')
@UseFilters(PipelineErrorsFilter)
@Readable()
export class RunEventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get('runs/:id/events')
  @ApiOperation({
    operationId: 'watchRun',
    summary: 'Progress of a run as Server-Sent Events',
    description:
      'An event `progress` (a RunProgressDto) at each change and one event `end` (a RunDetailsDto) at the end of the ' +
      'run, which closes the stream. A client that reconnects with `Last-Event-ID` receives what is new; after `end` ' +
      'the response is 204.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The `id` of the last event received. Browsers send it automatically.',
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    description: 'The stream of events.',
    content: {
      'text/event-stream': { schema: { type: 'string', example: 'event: progress\nid: …\ndata: {…}\n\n' } },
    },
  })
  @ApiNoContentResponse({ description: 'The client has received the last event.' })
  @ApiProblem({
    400: BAD_RUN_ID,
    404: new NoSuchRunError(4711).message,
    ...TOO_MANY_STREAMS,
  })
  async stream(
    @Param() { id }: RunIdDto,
    @Headers('last-event-id') lastId: string | undefined,
    @Ip() address: string,
    @OptionalUser() user: AuthUser | null,
    @Res() response: Response,
  ): Promise<void> {
    const over = new AbortController();
    response.once('close', () => {
      over.abort();
    });
    const options = { lastId: lastId ?? null, address, signal: over.signal };
    const events = await this.streams.stream(id, options);
    if (events === null) {
      response.status(204).end();
      return;
    }
    await sendEvents(response, toSend(events, user));
  }
}

async function* toSend(
  events: AsyncGenerator<RunEvent | null>,
  user: AuthUser | null,
): AsyncGenerator<SentEvent | null> {
  for await (const event of events) {
    yield event === null ? null : { kind: event.kind, id: event.id, data: dataOf(event, user) };
  }
}

function dataOf(event: RunEvent, user: AuthUser | null): object {
  return event.kind === 'end'
    ? RunDetailsDto.fromDetails(event.details, user)
    : RunProgressDto.from(event.details.run, event.progress);
}
