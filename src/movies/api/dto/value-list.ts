import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';

const MAX_VALUES = 20;

export interface ValueListOptions<T> {
  readonly description: string;
  readonly example: string;
  /** What each value has to be: `a TMDB id`. */
  readonly kind: string;
  /** Null when the text is no value. */
  readonly parse: (text: string) => T | null;
  /** Whether a movie has at most one value of this: then only `|` separates values. */
  readonly single?: boolean;
  readonly max?: number;
}

/** What is wrong with a list. */
class ListFault {
  constructor(readonly text: string) {}
}

/** An optional list of values as TMDB's discover has it: `a,b` is all of them, `a|b` is any. Becomes a ValueList<T>. */
export function IsValueList<T>(options: ValueListOptions<T>): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, description: options.description, example: options.example }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) => read(value, options)),
    ValidateBy({
      name: 'isValueList',
      validator: {
        validate: (value: unknown) => !(value instanceof ListFault),
        defaultMessage: (of) =>
          `${of?.property ?? ''} ${of?.value instanceof ListFault ? of.value.text : ''}`,
      },
    }),
  );
}

function read<T>(value: unknown, { kind, parse, single, max = MAX_VALUES }: ValueListOptions<T>): unknown {
  if (typeof value !== 'string') return new ListFault('must be given once');
  const [hasAll, hasAny] = [value.includes(','), value.includes('|')];
  if (hasAll && hasAny) return new ListFault('mixes "," (all of) and "|" (any of): use one of them');
  if (hasAll && single === true) {
    return new ListFault('is a single value of each movie: separate alternatives with "|"');
  }
  const values = value.split(hasAll ? ',' : '|').map((text) => parse(text.trim()));
  if (values.length > max) return new ListFault(`has more than ${max} values`);
  if (values.includes(null))
    return new ListFault(`must be ${kind}, or several with "${single === true ? '|' : ','}" between`);
  return { match: hasAny ? 'any' : 'all', values: [...new Set(values)] };
}
