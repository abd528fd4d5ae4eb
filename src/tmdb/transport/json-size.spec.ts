import { describe, expect, it } from '@jest/globals';
import { isTooLargeToParse, MAX_VALUES } from './json-size.js';

const list = (length: number): string => `[${Array.from({ length }, () => '0').join(',')}]`;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('isTooLargeToParse', () => {
  it.each([
    ['the most values', list(MAX_VALUES - 1)],
    ['punctuation in strings', JSON.stringify(['[{,'.repeat(MAX_VALUES)])],
    ['escaped quotes in strings', JSON.stringify(['"[,\\"\\\\'.repeat(MAX_VALUES), '\\'])],
    ['no JSON', '<html>"'],
    ['nothing', ''],
  ])('accepts %s', (_, text) => {
    expect(isTooLargeToParse(text)).toBe(false);
  });

  it.each([
    ['one value too many', list(MAX_VALUES + 1)],
    ['one level too many', nested(MAX_VALUES + 1)],
    ['nesting in objects', '{"a":'.repeat(MAX_VALUES)],
    ['values after strings with escapes', `["\\\\","\\"",${list(MAX_VALUES)}]`],
    [
      'one object with too many names',
      `{${Array.from({ length: MAX_VALUES }, (_, n) => `"${n}":0`).join(',')}}`,
    ],
  ])('rejects %s', (_, text) => {
    expect(isTooLargeToParse(text)).toBe(true);
  });
});
