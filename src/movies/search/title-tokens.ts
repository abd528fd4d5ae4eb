/** A character of a script that puts no spaces between words, or whose readers often leave them out: a pattern. */
export const UNSPACED =
  '[\\p{Script_Extensions=Han}\\p{Script_Extensions=Hiragana}\\p{Script_Extensions=Katakana}\\p{Script=Hangul}' +
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const PARTS = new RegExp(`(?:${UNSPACED}\\p{M}*)+|(?:(?!${UNSPACED})\\S)+`, 'gu');
const IS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u');

/** A shorter word is not searched for as a prefix: the index would read the entries of a tenth of all titles. */
const MIN_PREFIX = 2;
/** Tokens of a query beyond these are ignored. */
const MAX_TOKENS = 24;

/**
 * What the index finds a normalised title by: its words, and of a script without spaces each pair of neighbouring
 * characters, then the last character.
 */
export function tokensOf(title: string): readonly string[] {
  return partsOf(title).flatMap((part) => (IS_UNSPACED.test(part) ? pairs(part) : [part]));
}

export interface TitleQueries {
  /** What the index looks up; null when it would read too much. */
  readonly indexed: string | null;
  /** What a title must match. */
  readonly full: string;
}

/** Values of type `tsquery` for a normalised title: all its words in any order, the last one as a prefix. */
export function titleQueries(title: string): TitleQueries {
  const parts = partsOf(title);
  const last = parts.at(-1) ?? '';
  const terms = parts.flatMap((part, index) => {
    if (IS_UNSPACED.test(part)) return unspacedTerms(part);
    return [index === parts.length - 1 ? `${quoted(part)}:*` : quoted(part)];
  });
  const full = terms.slice(0, MAX_TOKENS).join(' & ');
  if (IS_UNSPACED.test(last) || last.length >= MIN_PREFIX) return { indexed: full, full };
  return { indexed: parts.length === 1 ? null : full.replace(/:\*$/, ''), full };
}

/** A single character begins a pair, or is the last token. The last token of a longer query may lie within a title. */
function unspacedTerms(run: string): string[] {
  const tokens = pairs(run).map(quoted);
  return tokens.length === 1 ? tokens.map((token) => `${token}:*`) : tokens.slice(0, -1);
}

function partsOf(title: string): readonly string[] {
  return title.match(PARTS) ?? [];
}

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** A lexeme in the text form of `tsquery`. */
function quoted(token: string): string {
  return `'${token.replace(/['\\]/g, '$&$&')}'`;
}
