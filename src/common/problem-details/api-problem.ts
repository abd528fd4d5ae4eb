import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

/** An error answer (RFC 9457, `application/problem+json`). */
export class ProblemDto {
  @ApiProperty({ description: 'The title and the status say it all.', example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'Not Found' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty({
    description: 'What is wrong and what to do about it.',
    example: 'There is no run 4711. GET /pipeline/runs lists them.',
  })
  detail!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Every fault of the request, where it has several.',
    example: ['limit must not be less than 1'],
  })
  errors?: string[];
}

export const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } },
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'Something in the request is not as it must be; `errors` names every fault.',
  401: 'There is no good token, or name or password is wrong.',
  403: 'The role does not allow it.',
  404: 'There is no such thing.',
  409: 'It can not be done as things stand; `detail` says what stands in the way.',
  413: 'The body is too large.',
  415: 'The body is not of a type that is read here.',
  422: 'The key was used before, with another body.',
  429: 'Too many; `Retry-After` says when to try again.',
  503: 'Too much at once, or something is not well; try again later.',
};

/** Documents the error answers of a route. */
export function ApiProblem(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: MEANINGS[status] ?? 'A problem.', content: problemContent }),
    ),
  );
}
