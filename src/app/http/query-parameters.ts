import { type ParsedUrlQuery, parse } from 'node:querystring';
import { BadRequestException } from '@nestjs/common';

const MAX_PARAMETERS = 50;

/**
 * A query parser for Express: validation is slow for unknown parameters.
 * @param query null when the URL has none
 * @throws BadRequestException when there are more than 50 parameters
 */
export function queryParameters(query: string | null): ParsedUrlQuery {
  if (query === null) return {};
  if (query.split('&').length > MAX_PARAMETERS) {
    throw new BadRequestException(`The query has more than ${MAX_PARAMETERS} parameters.`);
  }
  return parse(query);
}
