import {
  BadRequestException,
  Body,
  Controller,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Res,
  UseFilters,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AuditTrail } from '../../audit/audit-trail.js';
import { CurrentUser, Roles } from '../../auth/access/access.decorators.js';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { ApiProblem, NOT_JSON, tooLarge } from '../../common/problem-details/api-problem.js';
import { PipelineErrorsFilter } from './pipeline-errors.filter.js';
import { BAD_RUN_ID, RunIdDto } from './dto/runs-query.dto.js';
import { CancelledRunDto, planOfRequest, TriggeredRunDto, TriggerRunDto } from './dto/trigger-run.dto.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CUSTOM_DEFAULTS, planFault } from '../../runs/run-plan.js';
import { KeyReusedError, NoSuchRunError } from '../../runs/run-errors.js';
import { RunLeases } from '../../runs/run-lease.repository.js';
import { RunTriggers } from '../execution/run-triggers.js';

@ApiTags('pipeline')
@Controller('pipeline')
@UseFilters(PipelineErrorsFilter)
export class TriggersController {
  constructor(
    private readonly triggers: RunTriggers,
    private readonly leases: RunLeases,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Post('run')
  @Roles('admin')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'triggerRun',
    summary: 'Queue a run',
    description:
      'Without a body, queues a quick run. A catalogue run requires CATALOGUE=all. 409 names the run that is active. A request repeated with the same ' +
      '`Idempotency-Key` within 24 hours gets the first response again; the same key with another body gets 422.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Any unique string, such as a UUID. Send the same key when you repeat the request.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  })
  @ApiBody({
    type: TriggerRunDto,
    required: false,
    examples: {
      quick: { value: { update_type: 'quick' } },
      daily: { value: { update_type: 'daily' } },
      full: { value: { update_type: 'full' } },
      catalogue: { value: { update_type: 'catalogue' } },
      custom: { value: { update_type: 'custom', ...CUSTOM_DEFAULTS, enrich_data: true } },
    },
  })
  @ApiAcceptedResponse({
    type: TriggeredRunDto,
    description: 'The run is queued.',
    headers: { Location: { description: 'The path of the run.', schema: { type: 'string' } } },
  })
  @ApiProblem({
    400: ['update_type must be one of the following values: quick, daily, full, catalogue, custom'],
    409: 'Run 42 (quick) has been active since 2026-09-01T03:00:00.000Z. Wait for it to end, or cancel it.',
    413: tooLarge(100),
    415: NOT_JSON,
    422: new KeyReusedError().message,
  })
  async run(
    @Headers('idempotency-key') key: string | undefined,
    @CurrentUser() user: AuthUser,
    @Res({ passthrough: true }) response: Response,
    @Body() body: TriggerRunDto = new TriggerRunDto(),
  ): Promise<TriggeredRunDto> {
    const plan = planOfRequest(body);
    const fault = planFault(plan, this.config.catalogue);
    if (fault !== null) throw new BadRequestException(fault);
    const request = { trigger: 'api', username: user.name, key: keyOf(key) } as const;
    const runId = await this.triggers.trigger(plan, request);
    await this.audit.record('run.triggered', { runId, updateType: plan.updateType });
    response.setHeader('Location', `/pipeline/runs/${runId}`);
    const message = `Run ${runId} (${plan.updateType}) is queued.`;
    return { message, run_id: runId, status: 'QUEUED', triggered_by: user.name };
  }

  @Post('runs/:id/cancel')
  @Roles('admin')
  @HttpCode(202)
  @ApiOperation({ operationId: 'cancelRun', summary: 'Cancel an active run; what it stored stays' })
  @ApiAcceptedResponse({
    type: CancelledRunDto,
    description: 'The run is cancelled, or will be within seconds.',
  })
  @ApiProblem({
    400: BAD_RUN_ID,
    404: new NoSuchRunError(4711).message,
    409: 'Run 42 has ended: SUCCESS. There is nothing to cancel.',
  })
  async cancel(@Param() { id }: RunIdDto): Promise<CancelledRunDto> {
    const { status } = await this.leases.cancel(id, this.clock.now());
    await this.audit.record('run.cancelled', { runId: id });
    const message = status === 'CANCELLED' ? `Run ${id} is cancelled.` : `Run ${id} is being cancelled.`;
    return { message, run_id: id, status };
  }
}

/** @throws BadRequestException when the key is malformed */
function keyOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (/^[\x21-\x7e]{1,255}$/.test(given)) return given;
  throw new BadRequestException('Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.');
}
