import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type ErrorRequestHandler, json, type Request, type RequestHandler, urlencoded } from 'express';
import { NOT_JSON, tooLarge } from '../../common/problem-details/api-problem.js';

const MAX_BODY = '100kb';
/** The route that accepts a form. Anywhere else a form is JSON that `curl -d` sends as one. */
const LOGIN_PATH = '/auth/login';
/** The login is open to everyone, and its longest valid body has about 3 kB. */
const MAX_LOGIN = '4kb';
/** Fields and list items, nested ones too. No valid body has a tenth of them; validation is slow for unknown fields. */
const MAX_VALUES = 100;
/** No valid body has more than three levels. Libraries that walk a body do it by recursion. */
const MAX_DEPTH = 20;
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Accepts JSON objects and forms of bounded size and depth, and explains what is wrong with any other body. */
export function configureBodies(app: NestExpressApplication): void {
  app.use(
    LOGIN_PATH,
    json({ limit: MAX_LOGIN }),
    urlencoded({ limit: MAX_LOGIN, extended: false, parameterLimit: MAX_VALUES }),
  );
  // A body that has been read is not read again.
  app.use(json({ limit: MAX_BODY }));
  app.use(rejectUnusable, explainFault);
}

const rejectUnusable: RequestHandler = (request, _, next) => {
  const isUnread = request.body === undefined && !WITHOUT_BODY.includes(request.method) && sendsBody(request);
  if (isUnread || isJsonAsForm(request)) throw new UnsupportedMediaTypeException(NOT_JSON);
  const fault = faultOf(request.body);
  if (fault !== null) throw new BadRequestException(fault);
  next();
};

/** `curl -d` sends JSON as a form; its only field would be the whole body, password included. */
function isJsonAsForm(request: Request): boolean {
  const [name = ''] = Object.keys((request.body as object | undefined) ?? {});
  return request.is('application/x-www-form-urlencoded') !== false && /^\s*[{[]/.test(name);
}

function sendsBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Walks the body level by level: recursion could exhaust the stack. */
function faultOf(body: unknown): string | null {
  if (body === undefined) return null;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return 'The body must be a JSON object, such as {}.';
  }
  let level: readonly unknown[] = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `The body is nested more than ${MAX_DEPTH} levels deep.`;
    if (level.some(containsNul)) return 'The body contains a NUL character. Remove it.';
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
    values += level.length;
    if (values > MAX_VALUES) return `The body has more than ${MAX_VALUES} values.`;
  }
  return null;
}

/** PostgreSQL can't store NUL in text. */
function containsNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

/** Errors of the body parsers have a `type`. */
const explainFault: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const type = error instanceof Error && 'type' in error ? error.type : null;
  next(type === null ? error : (parserFault(type, error as Error) ?? error));
};

/** V8 quotes the text that it could not parse, which may be a password. */
function withoutQuotation(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*/s, '');
}

function parserFault(type: unknown, cause: Error & { limit?: unknown }): Error | null {
  switch (type) {
    case 'entity.parse.failed':
      return new BadRequestException(`The body is not valid: ${withoutQuotation(cause.message)}`, { cause });
    case 'entity.too.large':
      return new PayloadTooLargeException(tooLarge(Number(cause.limit) / 1_024), { cause });
    case 'parameters.too.many':
      return new PayloadTooLargeException(`The form has more than ${MAX_VALUES} fields.`, { cause });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new UnsupportedMediaTypeException('Send the body in UTF-8, plain or compressed by gzip.', {
        cause,
      });
    default:
      return null;
  }
}
