import { asList, asObject, type JsonObject } from './json-values.js';
import { UnusableBodyError } from './unusable-body-error.js';

/** Most elements of an appended list, unless it names another number. */
export const MAX_ELEMENTS = 1_000;

/**
 * The objects of one appended list.
 * @throws UnusableBodyError when the list is absent, which is not empty, or too long
 */
export function part(movie: JsonObject, name: string, list: string, max = MAX_ELEMENTS): JsonObject[] {
  const values = asList(asObject(movie[name])?.[list], `${name}.${list}`, max);
  if (values === null) throw new UnusableBodyError(`it lacks ${name}.${list}`);
  return objects(values);
}

export function objects(values: readonly unknown[]): JsonObject[] {
  return values.flatMap((value): JsonObject[] => {
    const object = asObject(value);
    return object === null ? [] : [object];
  });
}
