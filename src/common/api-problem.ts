import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

/** An error answer (RFC 9457, `application/problem+json`). */
export class ProblemDto {
  @ApiProperty({ example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'Not Found' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty({ description: 'What is wrong and what to do about it.' })
  detail!: string;

  @ApiPropertyOptional({ type: [String], description: 'Every fault of the request, where it has several.' })
  errors?: string[];
}

/** Documents the error answers of a route. */
export function ApiProblem(...statuses: number[]): MethodDecorator & ClassDecorator {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } };
  return applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: 'A problem.', content })),
  );
}
