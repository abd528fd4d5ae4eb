import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** In characters. */
const MAX_QUERY = 200;

export class SuggestQueryDto {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_QUERY,
    description: 'The beginning of a title. Case, accents, width and punctuation do not matter.',
    example: 'rock',
  })
  @IsString()
  @Length(1, MAX_QUERY)
  q!: string;
}

export class SearchQueryDto {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_QUERY,
    description:
      'A title, its beginning, or some of its words, in any language that is stored. A year as the last word is also ' +
      'taken as the year of the release: `dune 2021`.',
    example: 'rocky ii',
  })
  @IsString()
  @Length(1, MAX_QUERY)
  q!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1800,
    maximum: 2200,
    description: 'Only movies released in this year.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1800)
  @Max(2200)
  year?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 50,
    default: 20,
    description: 'The most movies to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(50)
  limit = 20;
}
