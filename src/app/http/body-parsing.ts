import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';

const MAX_KB = 100;
/** No body of ours is deeper than three; what walks a body does so by recursion. */
const MAX_DEPTH = 20;
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Bodies are JSON or a form, of bounded size and depth; a client's mistake is said in words. */
export function readBodies(app: NestExpressApplication): void {
  app.useBodyParser('json', { limit: `${MAX_KB}kb` });
  app.useBodyParser('urlencoded', { limit: `${MAX_KB}kb`, extended: false });
  app.use(refuseOthers, explainFault);
}

const refuseOthers: RequestHandler = (request, _, next) => {
  if (request.body === undefined && !WITHOUT_BODY.includes(request.method) && sendsBody(request)) {
    throw new UnsupportedMediaTypeException('Send the body as JSON, with "Content-Type: application/json".');
  }
  const fault = faultOf(request.body);
  if (fault !== null) throw new BadRequestException(fault);
  next();
};

function sendsBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Level by level, so that no depth exhausts the stack. */
function faultOf(body: unknown): string | null {
  let level: readonly unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `The body is nested more than ${MAX_DEPTH} levels deep.`;
    if (level.some(holdsNul)) return 'The body holds a NUL character, which no text of ours may.';
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return null;
}

/** PostgreSQL keeps none. */
function holdsNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

/** The body parsers' errors carry a `type`. */
const explainFault: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const type = error instanceof Error && 'type' in error ? error.type : null;
  next(type === null ? error : (inWords(type, error as Error) ?? error));
};

/** V8 quotes what it could not parse, which may be a password. */
function withoutQuotation(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*/s, '');
}

function inWords(type: unknown, cause: Error): Error | null {
  switch (type) {
    case 'entity.parse.failed':
      return new BadRequestException(`The body can't be read: ${withoutQuotation(cause.message)}`, { cause });
    case 'entity.too.large':
    case 'parameters.too.many':
      return new PayloadTooLargeException(`The body may have ${MAX_KB} kB and 1,000 fields at most.`, {
        cause,
      });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new UnsupportedMediaTypeException('Send the body in UTF-8, plain or compressed by gzip.', {
        cause,
      });
    default:
      return null;
  }
}
