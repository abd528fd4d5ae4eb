import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

export const MAX_ERRORS = 10;

/** An error response (RFC 9457, `application/problem+json`). */
export class ProblemDto {
  @ApiProperty({
    description: 'Always `about:blank`: the status has the meaning that HTTP gives it.',
    example: 'about:blank',
  })
  type!: string;

  @ApiProperty({ example: 'Not Found' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty({
    description: 'What is wrong, and what to do about it.',
    example: 'There is no run 4711. GET /pipeline/runs lists them.',
  })
  detail!: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: MAX_ERRORS,
    description: `The faults of the request, where it was validated; at most ${MAX_ERRORS}.`,
    example: ['limit must not be less than 1'],
  })
  errors?: string[];
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; `errors` lists the faults.',
  401: 'The token is missing or invalid, or the user name or the password is wrong.',
  403: 'The role of the user does not allow this.',
  404: 'The resource does not exist.',
  409: 'The request conflicts with the current state; `detail` names the conflict.',
  413: 'The body is too large.',
  415: 'The media type of the body is not supported.',
  416: 'The file has no such part; `Content-Range` gives its size.',
  422: 'The idempotency key was used before with a different body.',
  429: 'Too many requests; `Retry-After` gives the seconds to wait.',
  503: 'The service is overloaded or unhealthy; try again later.',
};

export const tooLarge = (kilobytes: number): string =>
  `The body is too large. At most ${kilobytes} kB are accepted.`;
export const NOT_JSON = 'Send the body as JSON, with the header "Content-Type: application/json".';

/** The body of an error response. @param detail a list: the faults that the validation found */
export function problemOf(status: number, detail: string | readonly string[]): ProblemDto {
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status };
  return typeof detail === 'string'
    ? { ...problem, detail }
    : { ...problem, detail: detail.join('; '), errors: [...detail] };
}

/** The content of an error response, with an example. */
export function problemContent(
  status: number,
  detail: string | readonly string[],
): Record<string, { schema: { $ref: string }; example: ProblemDto }> {
  const schema = { $ref: '#/components/schemas/ProblemDto' };
  return { 'application/problem+json': { schema, example: problemOf(status, detail) } };
}

/** Documents the error responses of a route: by status, a detail that the route sends. */
export function ApiProblem(
  details: Readonly<Record<number, string | readonly string[]>>,
): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...Object.entries(details).map(([status, detail]) =>
      ApiResponse({
        status: Number(status),
        description: MEANINGS[Number(status)] ?? 'The request failed.',
        content: problemContent(Number(status), detail),
      }),
    ),
  );
}
