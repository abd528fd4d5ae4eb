import { credits } from './credits.js';
import { alternativeTitles, releaseDates, translations } from './localized.js';
import { type Catalogue, movie, type Movie, idOf, isoDay } from './movies.js';
import { creditId, imagePath } from './people.js';
import { Dice, hash } from './random.js';
import { COMPANIES, GENRES, KEYWORDS, LANGUAGES, TAGLINES } from './words.js';

interface Video {
  readonly iso_639_1: string;
  readonly iso_3166_1: string;
  readonly name: string;
  readonly key: string;
  readonly site: string;
  readonly size: number;
  readonly type: string;
  readonly official: boolean;
  readonly published_at: string;
  readonly id: string;
}

type Details = Omit<Movie, 'genre_ids'> & Readonly<Record<string, unknown>>;

/** The parts that can be appended to details. */
const PARTS = {
  credits,
  keywords,
  videos,
  similar,
  alternative_titles: alternativeTitles,
  release_dates: releaseDates,
  translations,
} satisfies Record<string, (catalogue: Catalogue, id: number, rank: number) => unknown>;

/** The body of `/movie/{id}`, with the known ones of the parts to append. */
export function details(
  catalogue: Catalogue,
  rank: number,
  append: readonly string[],
): Record<string, unknown> {
  const body: Record<string, unknown> = { ...plainDetails(catalogue, rank) };
  const id = idOf(catalogue, rank);
  for (const [part, make] of Object.entries(PARTS)) {
    if (append.includes(part)) body[part] = make(catalogue, id, rank);
  }
  return body;
}

function plainDetails(catalogue: Catalogue, rank: number): Details {
  const { genre_ids, ...listed } = movie(catalogue, rank);
  const dice = new Dice(catalogue.seed, rank, 5);
  const isOut = listed.release_date !== '' && listed.release_date <= isoDay(catalogue.today);
  return {
    ...listed,
    ...money(dice, rank, isOut),
    ...origin(dice, listed.original_language),
    belongs_to_collection: collection(catalogue, rank, listed.title),
    genres: GENRES.filter(({ id }) => genre_ids.includes(id)),
    homepage: rank % 3 === 0 ? `https://movies.example/${listed.id}` : '',
    imdb_id: dice.chance(0.05) ? null : `tt${String(1_000_000 + listed.id)}`,
    runtime: dice.chance(0.02) ? null : dice.chance(0.06) ? 0 : 68 + dice.int(0, 40) + dice.int(0, 40),
    status: isOut ? 'Released' : dice.pick(['Post Production', 'In Production', 'Planned']),
    tagline: dice.chance(0.4) ? '' : dice.pick(TAGLINES),
  };
}

/** US dollars; 0 means unknown. The revenue of a few of the most popular movies exceeds 2³¹. */
function money(dice: Dice, rank: number, isOut: boolean): { budget: number; revenue: number } {
  const budget = dice.chance(0.45) ? Math.round(Math.exp(15.5 + 1.6 * dice.normal()) / 1e4) * 1e4 : 0;
  const revenue = isOut && budget > 0 ? Math.round(budget * Math.exp(0.6 + 0.9 * dice.normal())) : 0;
  const isHit = isOut && rank % 97 === 4 && rank < 2_000;
  return { budget, revenue: isHit ? 2_200_000_000 + (hash(rank) % 700_000_000) : revenue };
}

function origin(dice: Dice, code: string): Record<string, unknown> {
  const { country, countryName, english, own } = LANGUAGES.find((one) => one.code === code) ?? LANGUAGES[0];
  const company = dice.int(0, COMPANIES.length - 1);
  return {
    origin_country: [country],
    production_companies: [
      { id: company + 1, logo_path: null, name: COMPANIES[company], origin_country: country },
    ],
    production_countries: [{ iso_3166_1: country, name: countryName }],
    spoken_languages: [{ english_name: english, iso_639_1: code, name: own }],
  };
}

/** The collection of a sequel; null for other movies. */
function collection({ seed }: Catalogue, rank: number, title: string): object | null {
  const [series, part] = title.split(': Part');
  if (part === undefined) return null;
  const id = 1_000 + (hash(seed, rank) % 100_000);
  return { id, name: `${series ?? ''} Collection`, poster_path: null, backdrop_path: null };
}

function keywords({ seed }: Catalogue, id: number): { keywords: { id: number; name: string }[] } {
  const dice = new Dice(seed, id, 6);
  const names = dice.some(KEYWORDS, dice.int(0, 12));
  return { keywords: names.map((name) => ({ id: 100 + KEYWORDS.indexOf(name), name })) };
}

const VIDEO_TYPES = ['Trailer', 'Trailer', 'Teaser', 'Clip', 'Featurette', 'Behind the Scenes'] as const;

function videos({ seed, today }: Catalogue, id: number): { results: Video[] } {
  const dice = new Dice(seed, id, 7);
  const results = Array.from({ length: dice.chance(0.25) ? 0 : dice.int(1, 6) }, (_, index): Video => {
    const type = dice.pick(VIDEO_TYPES);
    const language = dice.chance(0.8) ? LANGUAGES[0] : dice.pick(LANGUAGES);
    return {
      iso_639_1: language.code,
      iso_3166_1: language.country,
      name: type === 'Trailer' ? `Official Trailer ${index + 1}` : `${type} ${index + 1}`,
      key: imagePath(seed, id, index, 8).slice(1, 12),
      site: dice.chance(0.92) ? 'YouTube' : 'Vimeo',
      size: 1080,
      type,
      official: dice.chance(0.7),
      published_at: new Date(today.getTime() - dice.int(86_400, 3e8) * 1_000).toISOString(),
      id: creditId(seed, id, index, 9),
    };
  });
  return { results };
}

/** Page 1, at most 20 movies. */
function similar(catalogue: Catalogue, id: number, rank: number): object {
  const dice = new Dice(catalogue.seed, id, 10);
  const count = Math.min(catalogue.movies - 1, dice.chance(0.4) ? 20 : dice.int(0, 12));
  const ranks = new Set<number>();
  while (ranks.size < count) {
    const other = dice.int(0, Math.min(catalogue.movies, 50_000) - 1);
    if (other !== rank) ranks.add(other);
  }
  const results = [...ranks].map((other) => movie(catalogue, other));
  return { page: 1, results, total_pages: count === 20 ? 12 : 1, total_results: count === 20 ? 236 : count };
}
