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

export const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } },
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; `errors` lists the faults.',
  401: 'The token is missing or invalid, or the user name or the password is wrong.',
  403: 'The role of the user does not allow this.',
  404: 'The resource does not exist.',
  409: 'The request conflicts with the current state; `detail` names the conflict.',
  413: 'The body is too large.',
  415: 'The media type of the body is not supported.',
  422: 'The idempotency key was used before with a different body.',
  429: 'Too many requests; `Retry-After` gives the seconds to wait.',
  503: 'The service is overloaded or unhealthy; try again later.',
};

/** Documents the error responses of a route. */
export function ApiProblem(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: MEANINGS[status] ?? 'The request failed.',
        content: problemContent,
      }),
    ),
  );
}
