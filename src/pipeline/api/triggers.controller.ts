import {
  BadRequestException,
  Body,
  Controller,
  Headers,
  HttpCode,
  Param,
  Post,
  Res,
  UseFilters,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentUser, Roles } from '../../auth/access/access.decorators.js';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { PipelineErrorsFilter } from './pipeline-errors.filter.js';
import { RunIdDto } from './dto/runs-query.dto.js';
import { CancelledRunDto, TriggeredRunDto, TriggerRunDto } from './dto/trigger-run.dto.js';
import { planOfRequest } from './plan-of-request.js';
import { CUSTOM_DEFAULTS } from '../../runs/run-plan.js';
import { RunCancellation } from '../execution/run-cancellation.js';
import { RunTriggers } from '../execution/run-triggers.js';

@ApiTags('pipeline')
@Controller('pipeline')
@UseFilters(PipelineErrorsFilter)
export class TriggersController {
  constructor(
    private readonly triggers: RunTriggers,
    private readonly cancelling: RunCancellation,
  ) {}

  @Post('run')
  @Roles('admin')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'triggerRun',
    summary: 'Queue a run',
    description:
      'Without a body, a quick one. 409 names the run that is active. With an `Idempotency-Key` a repeated request ' +
      'gets the first answer again, for 24 hours; the same key with another body is refused with 422.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Of your making, such as a UUID; the same again when you repeat the request.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  })
  @ApiBody({
    type: TriggerRunDto,
    required: false,
    examples: {
      quick: { value: { update_type: 'quick' } },
      daily: { value: { update_type: 'daily' } },
      full: { value: { update_type: 'full' } },
      custom: { value: { update_type: 'custom', ...CUSTOM_DEFAULTS } },
    },
  })
  @ApiAcceptedResponse({
    type: TriggeredRunDto,
    description: 'The run is queued.',
    headers: { Location: { description: 'Where the run is.', schema: { type: 'string' } } },
  })
  @ApiProblem(400, 409, 413, 415, 422)
  async run(
    @Headers('idempotency-key') key: string | undefined,
    @CurrentUser() user: AuthUser,
    @Res({ passthrough: true }) response: Response,
    @Body() body: TriggerRunDto = new TriggerRunDto(),
  ): Promise<TriggeredRunDto> {
    const plan = planOfRequest(body);
    const runId = await this.triggers.trigger(plan, user.name, keyOf(key));
    response.setHeader('Location', `/pipeline/runs/${runId}`);
    const message = `Run ${runId} (${plan.updateType}) is queued.`;
    return { message, run_id: runId, status: 'QUEUED', triggered_by: user.name };
  }

  @Post('runs/:id/cancel')
  @Roles('admin')
  @HttpCode(202)
  @ApiOperation({ operationId: 'cancelRun', summary: 'End an active run; what it stored stays' })
  @ApiAcceptedResponse({ type: CancelledRunDto, description: 'The run ends, or has ended.' })
  @ApiProblem(400, 404, 409)
  async cancel(@Param() { id }: RunIdDto): Promise<CancelledRunDto> {
    const { status } = await this.cancelling.cancel(id);
    const message = status === 'CANCELLED' ? `Run ${id} is cancelled.` : `Run ${id} will end within seconds.`;
    return { message, run_id: id, status };
  }
}

/** @throws BadRequestException when the key is none */
function keyOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (/^[\x21-\x7e]{1,255}$/.test(given)) return given;
  throw new BadRequestException('Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.');
}
