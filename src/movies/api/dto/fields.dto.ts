import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { MOVIE_FIELDS, type MovieField } from '../../reader/movie-fields.js';

const isField = (name: unknown): name is MovieField => MOVIE_FIELDS.some((field) => field === name);

function fault(names: unknown): string {
  const unknown: readonly unknown[] = Array.isArray(names) ? names.filter((name) => !isField(name)) : [];
  return `fields has no ${JSON.stringify(unknown[0] ?? '')}; the fields are those of GET /movies/{id}`;
}

export class FieldsDto {
  @ApiPropertyOptional({
    type: String,
    description:
      'Only these fields of each movie, comma-separated; any field of `GET /movies/{id}`. `id` is always among them.',
    example: 'title,release_date,poster_url',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value,
  )
  @ValidateBy({
    name: 'isFields',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(isField),
      defaultMessage: (of) => fault(of?.value),
    },
  })
  fields?: MovieField[];
}
