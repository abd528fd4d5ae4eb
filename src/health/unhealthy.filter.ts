import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { Response } from 'express';

/** Turns a failed health check into a problem (RFC 9457) with the extension member `checks`. */
@Catch(ServiceUnavailableException)
export class UnhealthyFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const { error, details } = exception.getResponse() as HealthCheckResult;
    const failed = Object.keys(error ?? {}).join(', ');
    const problem = {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: `Unhealthy: ${failed}. See "checks", or run: npx movie-pipeline doctor`,
      checks: details,
    };
    const response = host.switchToHttp().getResponse<Response>();
    response.status(503).type('application/problem+json').send(JSON.stringify(problem));
  }
}
