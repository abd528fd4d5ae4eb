import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { Response } from 'express';

/** A failed health check as a problem that carries every check beside its detail. */
@Catch(ServiceUnavailableException)
export class UnhealthyFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const { error, details } = exception.getResponse() as HealthCheckResult;
    const failed = Object.keys(error ?? {}).join(', ');
    const problem = {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: `Not well: ${failed}. The checks say more; "movie-pipeline doctor" says what to do.`,
      checks: details,
    };
    const response = host.switchToHttp().getResponse<Response>();
    response.status(503).type('application/problem+json').send(JSON.stringify(problem));
  }
}
