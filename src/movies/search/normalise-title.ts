import { UNSPACED } from './title-tokens.js';

/** In characters. PostgreSQL's B-tree indexes take at most 2,704 bytes. */
const MAX_LENGTH = 250;

/** Letters that have no decomposition in Unicode, and the signs that are words. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ħ: 'h', ı: 'i', ς: 'σ' },
  '&': ' and ',
};
const REPLACED = new RegExp(`[${Object.keys(REPLACEMENTS).join('')}]`, 'gu');

/** Marks that are accents or vowel points. In other scripts marks distinguish words. */
const ACCENTED =
  /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}])\p{M}+/gu;

/** `Alien³` and `8½` are two words each. */
const RAISED = /[²³¹⁰-⁹¼-¾⅐-⅞]/gu;
/** `E.T.` is one word. */
const INITIALS = /(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])/gu;
/** `20,000` is one word. */
const THOUSANDS = /(?<=\d)[,.](?=\d{3}(?!\d))/gu;
const APOSTROPHES = /['’‘ʼ`´]/gu;
const PUNCTUATION = /[^\p{L}\p{N}\p{M}]+/gu;

const SPACE_WITHIN_RUN = new RegExp(`(?<=${UNSPACED}\\p{M}*) (?=${UNSPACED})`, 'gu');

const ARTICLES = 'the a an der die das ein eine le la les un une el los las il lo gli uno una'.split(' ');
const LEADING_ARTICLE = new RegExp(`^(?:(?:${ARTICLES.join('|')}) |l['’])(?=.*[\\p{L}\\p{N}])`, 'u');

/** From 2 to 39, and V and X. I is a word of its own, and so is any of them as the first word. */
const ROMAN = /^(?:x{0,3}(?:ix|iv|vi{0,3}|i{2,3})|x{1,3}i?)$/;

/**
 * The form in which titles are compared: without case, width, accents, punctuation and apostrophes, with words separated
 * by one space, `and` for &, arabic for roman numerals, and no spaces within Chinese, Japanese, Korean and Thai.
 * A title without letters and digits keeps its signs.
 */
export function normaliseTitle(title: string): string {
  return normalise(folded(title));
}

/** The normalised title, and a second form without its leading article; empty where nothing is left. */
export function titleForms(title: string): readonly string[] {
  const text = folded(title);
  const forms = [normalise(text), normalise(text.replace(LEADING_ARTICLE, ''))];
  return [...new Set(forms)].filter((form) => form !== '');
}

/** Lower case and without accents, with the punctuation left. */
function folded(title: string): string {
  return title
    .toWellFormed()
    .replace(RAISED, ' $&')
    .normalize('NFKD')
    .toLowerCase()
    .replace(ACCENTED, '$1')
    .normalize('NFC')
    .replace(REPLACED, (letter) => REPLACEMENTS[letter] ?? letter)
    .replace(/\s+/gu, ' ')
    .trim();
}

function normalise(text: string): string {
  const words = text
    .replace(APOSTROPHES, '')
    .replace(INITIALS, (initials) => initials.replaceAll('.', ''))
    .replace(THOUSANDS, '')
    .replace(PUNCTUATION, ' ')
    .trim()
    .split(' ')
    .map((word, index) => (index > 0 && ROMAN.test(word) ? String(arabic(word)) : word));
  const title = words.join(' ').replace(SPACE_WITHIN_RUN, '');
  const signs = (): string => text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return shortened(title === '' ? signs() : title);
}

function arabic(roman: string): number {
  const values = [...roman].map((digit) => ({ i: 1, v: 5, x: 10 })[digit] ?? 0);
  return values.reduce((sum, value, at) => sum + (value < (values[at + 1] ?? 0) ? -value : value), 0);
}

/** The cut may split a surrogate pair. */
function shortened(title: string): string {
  return title.length <= MAX_LENGTH
    ? title
    : title
        .slice(0, MAX_LENGTH)
        .replace(/[\ud800-\udfff]$/u, '')
        .trim();
}
