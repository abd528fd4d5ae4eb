import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AuditRepository } from '../../audit/audit.repository.js';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { Roles } from '../access/access.decorators.js';
import { AuditQueryDto, AuditRecordDto } from './audit.dto.js';

@ApiTags('auth')
@Controller('auth')
@Roles('admin')
export class AuditController {
  constructor(private readonly audit: AuditRepository) {}

  @Get('audit')
  @ApiOperation({
    operationId: 'listAudit',
    summary: 'Who did what, newest first',
    description:
      'Runs triggered and cancelled, schedules started, stopped and changed, users and tokens. Kept for ' +
      'RUN_RETENTION_DAYS. Logins and refusals are in the log only. A `Link` header with `rel="next"` leads to older records.',
  })
  @ApiOkResponse({
    type: [AuditRecordDto],
    description: 'A page of records.',
    headers: {
      Link: { description: '`<…>; rel="next"` while there are older records.', schema: { type: 'string' } },
    },
  })
  @ApiProblem({ 400: ['limit must not be less than 1'] })
  async list(
    @Query() { limit, cursor }: AuditQueryDto,
    @Req() { path }: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditRecordDto[]> {
    const { records, next } = await this.audit.list(limit, cursor ?? null);
    if (next !== null) response.setHeader('Link', `<${path}?limit=${limit}&cursor=${next}>; rel="next"`);
    return records.map((record) => AuditRecordDto.from(record));
  }
}
