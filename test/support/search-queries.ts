import type { ListedMovie } from '../../src/movies/movie-record.js';

/** What a person types who looks for a movie. */
export interface TypedQuery {
  readonly kind: string;
  readonly text: string;
  /** The movie that should be found first. */
  readonly id: number;
}

const VARIANTS: Readonly<
  Record<string, (movie: ListedMovie & { title: string }, index: number) => string | null>
> = {
  exact: ({ title }) => title.toUpperCase(),
  prefix: ({ title }) => (title.length < 8 ? null : title.slice(0, Math.ceil(title.length * 0.7))),
  dropped: ({ title }, index) => edited(title, index, (a, b) => b.slice(0, 1) && a + b.slice(1)),
  swapped: ({ title }, index) =>
    edited(title, index, (a, b) =>
      /^(\w)(?!\1)\w/.test(b) ? a + b.charAt(1) + b.charAt(0) + b.slice(2) : null,
    ),
  accents: ({ title, originalTitle }) => {
    const accented = [title, originalTitle].find((text) => text !== null && plain(text) !== text);
    return accented === undefined || accented === null ? null : plain(accented);
  },
  'other language': ({ title, originalTitle }) => (originalTitle === title ? null : originalTitle),
  numeral: ({ title }) => {
    const other = title.replace(/\b(II|III|IV|VI|VII|VIII|[2-8])\b/, (numeral) =>
      /\d/.test(numeral) ? (ROMAN[Number(numeral)] ?? '') : String(ROMAN.indexOf(numeral)),
    );
    return other === title ? null : other;
  },
  year: ({ title, releaseDate }) => (releaseDate === null ? null : `${title} ${releaseDate.slice(0, 4)}`),
};
const ROMAN = ['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII'];

/**
 * Queries for `movies`, `perKind` of each kind or as many as there are, always the same. A query is left out where a more
 * popular movie deserves the first place: its title is the same, or begins with what is typed as a prefix.
 */
export function typedQueries(movies: readonly ListedMovie[], perKind: number): readonly TypedQuery[] {
  const popular = movies
    .filter(
      (movie): movie is ListedMovie & { title: string } => movie.title !== null && movie.title.length >= 4,
    )
    .sort((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0) || a.id - b.id);
  return Object.entries(VARIANTS).flatMap(([kind, variant]) => {
    const all = popular.flatMap((movie, index): TypedQuery[] => {
      const text = variant(movie, index);
      const better = popular.slice(0, index).some((other) => sharesPlace(other, kind, text));
      return text === null || better ? [] : [{ kind, text, id: movie.id }];
    });
    const step = Math.max(1, all.length / perKind);
    return Array.from(
      { length: Math.min(perKind, all.length) },
      (_, at) => all[Math.floor(at * step)],
    ).filter((query) => query !== undefined);
  });
}

function sharesPlace({ title, originalTitle }: ListedMovie, kind: string, text: string | null): boolean {
  const typed = comparable(text ?? '');
  return [title ?? '', originalTitle ?? '']
    .map(comparable)
    .some((better) => (kind === 'prefix' ? better.startsWith(typed) : better === typed));
}

/** Edits one place within the text, never its first letter, since people seldom mistype that. */
function edited(
  text: string,
  seed: number,
  edit: (before: string, after: string) => string | null,
): string | null {
  if (text.length < 5) return null;
  const at = 1 + ((seed * 7) % (text.length - 2));
  const result = edit(text.slice(0, at), text.slice(at));
  return result === text ? null : result;
}

function comparable(text: string): string {
  return plain(text).toLowerCase().trim();
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
    .normalize('NFC');
}
