/** A character of a script that puts no spaces between words, or whose readers often leave them out: a pattern. */
export const UNSPACED =
  '[\\p{Script_Extensions=Han}\\p{Script_Extensions=Hiragana}\\p{Script_Extensions=Katakana}\\p{Script=Hangul}' +
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const PARTS = new RegExp(`(?:${UNSPACED}\\p{M}*)+|(?:(?!${UNSPACED})\\S)+`, 'gu');
const IS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u');

const HAS_UNSPACED = new RegExp(UNSPACED, 'u');

/** The index would read the entries of a tenth of all titles for a shorter prefix. */
const MIN_PREFIX = 3;
/** Words that occur in too many titles: looking them up costs more than it excludes. */
const COMMON = new Set(
  'the a an and of in to for on la le les el los de der die das il du des y et und'.split(' '),
);
/** What a query has beyond these is ignored. */
const MAX_WORDS = 12;
const MAX_TERMS = 24;

/**
 * What the index finds a normalised title by: its words, and of a script without spaces each pair of neighbouring
 * characters, then the last character.
 */
export function tokensOf(title: string): readonly string[] {
  return partsOf(title).flatMap((part) => (IS_UNSPACED.test(part) ? pairs(part) : [part]));
}

export interface TitleQuery {
  /** Of type `tsquery`, for the index; null: every term would read the entries of too many titles. */
  readonly indexed: string | null;
  /** Whether `indexed` finds all titles that match. */
  readonly isComplete: boolean;
  /** For LIKE: what a title between two spaces must contain. */
  readonly patterns: readonly string[];
}

/** A query for all words of a normalised title in any order, the last one as a prefix. */
export function titleQuery(title: string): TitleQuery {
  const words = title.split(' ').slice(0, MAX_WORDS);
  const last = words.length - 1;
  const patterns = words.map((word, index) => {
    const text = word.replace(/[\\%_]/g, '\\$&');
    if (HAS_UNSPACED.test(word)) return `%${text}%`;
    return index === last ? `% ${text}%` : `% ${text} %`;
  });
  const isSelective = words.map((word) => !COMMON.has(word));
  const lastIsShort = !HAS_UNSPACED.test(words[last] ?? '') && (words[last] ?? '').length < MIN_PREFIX;
  const terms = words.flatMap((word, index) => {
    if (!isSelective[index] || (index === last && lastIsShort)) return [];
    return termsOf(word, index === last);
  });
  return {
    indexed: terms.length === 0 ? null : terms.slice(0, MAX_TERMS).join(' & '),
    isComplete: !lastIsShort && isSelective.every(Boolean),
    patterns,
  };
}

function termsOf(word: string, isPrefix: boolean): readonly string[] {
  const parts = partsOf(word);
  return parts.flatMap((part, index) => {
    if (IS_UNSPACED.test(part)) return unspacedTerms(part);
    return [isPrefix && index === parts.length - 1 ? `${quoted(part)}:*` : quoted(part)];
  });
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
