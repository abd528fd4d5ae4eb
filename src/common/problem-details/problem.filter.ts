import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { MAX_ERRORS, type ProblemDto, problemOf } from './api-problem.js';

export const INTERNAL_ERROR =
  'An internal error occurred. The log has the details under the X-Request-Id of this response. Try again later.';
/** In characters. Errors quote paths and names of fields, which may be as long as the request. */
const MAX_ERROR = 200;
const MAX_DETAIL = 1_000;

/** Sends every error as `application/problem+json`; a 500 shows no internals. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const problem = this.problemOf(exception);
    if (response.headersSent) {
      response.end();
      return;
    }
    const wait = retryAfterOf(exception);
    if (wait !== null) response.setHeader('Retry-After', String(wait));
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }

  private problemOf(exception: unknown): ProblemDto {
    if (exception instanceof HttpException) {
      const body = exception.getResponse();
      const message = typeof body === 'object' && 'message' in body ? body.message : body;
      if (Array.isArray(message)) return problemOf(exception.getStatus(), sentences(message));
      const detail = detailOf(typeof message === 'string' ? message : exception.message);
      return problemOf(exception.getStatus(), shortened(detail, MAX_DETAIL));
    }
    const status = clientErrorOf(exception);
    if (status !== null) return problemOf(status, "The request can't be read. Check its body and headers.");
    this.logger.error({ event: 'request.failed', err: exception });
    return problemOf(500, INTERNAL_ERROR);
  }
}

function sentences(messages: readonly unknown[]): string[] {
  return messages.slice(0, MAX_ERRORS).map((message) => shortened(String(message), MAX_ERROR));
}

/** The cut may split a surrogate pair, hence toWellFormed. */
function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
}

/** Nest's message for an unknown path contains the query, and no next step. */
function detailOf(message: string): string {
  const [, request] = /^Cannot ([A-Z]+ \/[^?]*)/.exec(message) ?? [];
  return request === undefined ? message : `There is no ${request}. GET /docs lists the routes.`;
}

/** Seconds after which the client may try again; null where the error does not say. */
function retryAfterOf(exception: unknown): number | null {
  const known = exception instanceof HttpException && 'retryAfterSeconds' in exception;
  return known && typeof exception.retryAfterSeconds === 'number' ? exception.retryAfterSeconds : null;
}

/** Express's body parser and router give client errors a 4xx `status`. */
function clientErrorOf(exception: unknown): number | null {
  const status: unknown =
    typeof exception === 'object' && exception !== null && 'status' in exception ? exception.status : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
