import { type Catalogue, isoDay, movie } from './movies.js';
import { Dice } from './random.js';
import { COMPANIES, LANGUAGES, TAGLINES, TITLE_TYPES } from './words.js';

/** Countries with their certifications, of which TMDB has most for the first. */
const COUNTRIES = [
  ['US', 'G|PG|PG-13|R|NR'],
  ['GB', 'U|PG|12A|15|18'],
  ['DE', '0|6|12|16|18'],
  ['FR', 'U|12|16'],
  ['ES', 'APTA|7|12|16'],
  ['IT', 'T|6+|14+'],
  ['JP', 'G|PG12|R15+'],
  ['KR', 'ALL|12|15|18'],
  ['IN', 'U|UA|A'],
  ['BR', 'L|10|12|14|16'],
  ['CA', 'G|PG|14A'],
  ['AU', 'G|PG|M|MA 15+'],
  ['NL', 'AL|6|9|12|16'],
  ['SE', 'Btl|7|11|15'],
  ['CZ', ''],
  ['TR', ''],
] as const;

const DAY_MS = 86_400_000;
/** Theatrical, then the types of later releases of a movie: digital, physical, TV. */
const THEATRICAL = 3;
const LIMITED = 2;
const LATER_TYPES = [4, 5, 6];

interface AlternativeTitle {
  readonly iso_3166_1: string;
  readonly title: string;
  readonly type: string;
}

/** Half of the movies have none. */
export function alternativeTitles(
  catalogue: Catalogue,
  id: number,
  rank: number,
): { titles: AlternativeTitle[] } {
  const dice = new Dice(catalogue.seed, id, 24);
  const { title } = movie(catalogue, rank);
  const titles = Array.from({ length: dice.chance(0.5) ? 0 : dice.int(1, 6) }, () => {
    const { country, titles: own } = dice.pick(LANGUAGES);
    const translated = country === 'US' ? `${title}: ${dice.pick(TAGLINES)}` : dice.pick(own);
    return { iso_3166_1: country, title: translated, type: dice.chance(0.7) ? '' : dice.pick(TITLE_TYPES) };
  });
  return { titles };
}

interface ReleaseDate {
  readonly certification: string;
  readonly descriptors: readonly string[];
  readonly iso_639_1: string;
  readonly note: string;
  readonly release_date: string;
  readonly type: number;
}

interface CountryReleases {
  readonly iso_3166_1: string;
  readonly release_dates: readonly ReleaseDate[];
}

/** The releases of most movies are known in a few countries, those of popular ones in all. */
export function releaseDates(catalogue: Catalogue, id: number, rank: number): { results: CountryReleases[] } {
  const dice = new Dice(catalogue.seed, id, 25);
  const released = Date.parse(movie(catalogue, rank).release_date);
  if (Number.isNaN(released)) return { results: [] };
  const count = rank < 500 ? COUNTRIES.length : dice.int(0, 5);
  const results = dice.some(COUNTRIES, count).map(([country, certifications]) => {
    const certification = dice.chance(0.2) ? '' : dice.pick(certifications.split('|'));
    const release = (type: number, day: number, note: string): ReleaseDate => ({
      certification,
      descriptors: [],
      iso_639_1: '',
      note,
      release_date: `${isoDay(new Date(released + day * DAY_MS))}T00:00:00.000Z`,
      type,
    });
    const first = release(dice.chance(0.9) ? THEATRICAL : LIMITED, dice.int(0, 60), '');
    const later = dice
      .some(LATER_TYPES, dice.int(0, 2))
      .map((type) => release(type, dice.int(90, 700), dice.chance(0.3) ? dice.pick(COMPANIES) : ''));
    return { iso_3166_1: country, release_dates: [first, ...later] };
  });
  return { results };
}

interface Translation {
  readonly iso_3166_1: string;
  readonly iso_639_1: string;
  readonly name: string;
  readonly english_name: string;
  readonly data: {
    readonly homepage: string;
    readonly overview: string;
    readonly runtime: number;
    readonly tagline: string;
    readonly title: string;
  };
}

/** As at TMDB, a value that equals the original's is "", and some translations have no values. */
export function translations(
  catalogue: Catalogue,
  id: number,
  rank: number,
): { translations: Translation[] } {
  const dice = new Dice(catalogue.seed, id, 26);
  const { overview, original_language: original } = movie(catalogue, rank);
  const chosen = dice.some(LANGUAGES, dice.int(1, LANGUAGES.length));
  return {
    translations: chosen.map(({ code, country, own, english, titles }) => {
      const isEmpty = dice.chance(0.1);
      const isOriginal = code === original;
      return {
        iso_3166_1: country,
        iso_639_1: code,
        name: own,
        english_name: english,
        data: {
          homepage: dice.chance(0.1) ? `https://movies.example/${code}/${id}` : '',
          overview: isEmpty ? '' : `[${own}] ${overview}`,
          runtime: 0,
          tagline: isEmpty || dice.chance(0.5) ? '' : `[${own}] ${dice.pick(TAGLINES)}`,
          title: isEmpty || isOriginal || code === 'en' ? '' : dice.pick(titles),
        },
      };
    }),
  };
}
