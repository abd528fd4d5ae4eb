import { Controller, Get, Headers, Ip, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { OptionalUser, Readable } from '../auth/access/access.decorators.js';
import type { AuthUser } from '../auth/users/auth-user.js';
import { ApiProblem } from '../common/problem-details/api-problem.js';
import { sendEvents, type SentEvent } from '../pipeline/api/send-events.js';
import { StreamLimits, TOO_MANY_STREAMS } from '../pipeline/api/stream-limits.js';
import { PipelineStatusDto } from './dto/pipeline-status.dto.js';
import { PipelineFeed } from './pipeline-feed.js';

@ApiTags('pipeline')
@Controller('pipeline')
@Readable()
export class PipelineEventsController {
  constructor(
    private readonly feed: PipelineFeed,
    private readonly limits: StreamLimits,
  ) {}

  @Get('events')
  @ApiOperation({
    operationId: 'watchPipeline',
    summary: 'The pipeline status as Server-Sent Events',
    description:
      'An event `status` (a PipelineStatusDto) with the present status, and one at each change: a run is queued, starts, ' +
      'advances or ends, or a schedule changes. States between two polls, which are a second apart, are skipped. A client ' +
      'that reconnects with `Last-Event-ID` receives the present status only if it has changed. The stream ends after five minutes; the client connects again.',
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
      'text/event-stream': { schema: { type: 'string', example: 'event: status\nid: …\ndata: {…}\n\n' } },
    },
  })
  @ApiProblem(TOO_MANY_STREAMS)
  async stream(
    @Headers('last-event-id') lastId: string | undefined,
    @Ip() address: string,
    @OptionalUser() user: AuthUser | null,
    @Res() response: Response,
  ): Promise<void> {
    const leave = this.limits.admit(address);
    const over = new AbortController();
    response.once('close', () => {
      over.abort();
      leave();
    });
    await sendEvents(response, this.events(lastId ?? null, user, over.signal));
  }

  private async *events(
    lastId: string | null,
    user: AuthUser | null,
    signal: AbortSignal,
  ): AsyncGenerator<SentEvent | null> {
    for await (const state of this.feed.follow(lastId, signal)) {
      yield state === null
        ? null
        : { kind: 'status', id: state.id, data: PipelineStatusDto.from(state.runs, state.schedules, user) };
    }
  }
}
