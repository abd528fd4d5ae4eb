import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { Response } from 'express';
import { problemOf } from '../common/problem-details/api-problem.js';

/** Turns a failed health check into a problem (RFC 9457) with the extension member `checks`. */
@Catch(ServiceUnavailableException)
export class UnhealthyFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const { error, details } = exception.getResponse() as HealthCheckResult;
    const problem = { ...problemOf(503, unhealthyDetail(Object.keys(error ?? {}))), checks: details };
    const response = host.switchToHttp().getResponse<Response>();
    response.status(503).type('application/problem+json').send(JSON.stringify(problem));
  }
}

/** @param failed the names of the checks that are down */
export function unhealthyDetail(failed: readonly string[]): string {
  return `Unhealthy: ${failed.join(', ')}. See "checks", or run: npx movie-pipeline doctor`;
}
