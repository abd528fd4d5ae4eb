import type { Transaction } from '../../database/prisma.service.js';
import { titleForms } from './normalise-title.js';
import { tokensOf } from './title-tokens.js';

/** The titles of a movie as they are stored in `movies` and `movie_translations`, and its rows of `movie_titles`. */
interface StoredTitles {
  readonly id: number;
  readonly mainTitles: readonly string[];
  readonly otherTitles: readonly string[];
  readonly rows: readonly { readonly title: string; readonly main: boolean }[];
}

/** Parameter: `$1`, ids. */
const SELECT_TITLES = `
  SELECT m.id, array_remove(ARRAY[m.title, m.original_title], NULL) AS "mainTitles",
    ARRAY(SELECT a ->> 'title' FROM jsonb_array_elements(
            CASE jsonb_typeof(m.alternative_titles) WHEN 'array' THEN m.alternative_titles ELSE '[]' END) AS a
          WHERE a ->> 'title' IS NOT NULL
          UNION ALL SELECT t.title FROM movie_translations t WHERE t.movie_id = m.id AND t.title IS NOT NULL
    ) AS "otherTitles",
    (SELECT coalesce(json_agg(json_build_object('title', t.title, 'main', t.main)), '[]')
     FROM movie_titles t WHERE t.movie_id = m.id) AS rows
  FROM movies m WHERE m.id = ANY($1::int[]) ORDER BY m.id`;

/** Parameters: `$1`, `$2`, rows to delete; `$3` to `$6`, rows to store. Tokens are joined by spaces. */
const STORE_TITLES = `
  WITH deleted AS (
    DELETE FROM movie_titles t USING unnest($1::int[], $2::text[]) AS d (movie_id, title)
    WHERE t.movie_id = d.movie_id AND t.title = d.title COLLATE "C"
  )
  INSERT INTO movie_titles (movie_id, title, main, tokens)
  SELECT movie_id, title, main, string_to_array(tokens, ' ')
  FROM unnest($3::int[], $4::text[], $5::boolean[], $6::text[]) AS g (movie_id, title, main, tokens)
  ORDER BY movie_id, title COLLATE "C"
  ON CONFLICT (movie_id, title) DO UPDATE SET main = excluded.main`;

interface TitleRow {
  readonly movieId: number;
  readonly title: string;
  readonly main: boolean;
}

/**
 * Brings `movie_titles` up to date with the titles that are stored, and writes only what differs.
 * @param tx has locked the rows of these movies
 */
export async function updateTitles(ids: readonly number[], tx: Transaction): Promise<void> {
  if (ids.length === 0) return;
  const stored = await tx.$queryRawUnsafe<StoredTitles[]>(SELECT_TITLES, ids);
  const outdated: TitleRow[] = [];
  const changed: TitleRow[] = [];
  for (const movie of stored) {
    const wanted = wantedTitles(movie);
    const present = new Map(movie.rows.map(({ title, main }) => [title, main]));
    for (const [title, main] of present)
      if (!wanted.has(title)) outdated.push({ movieId: movie.id, title, main });
    for (const [title, main] of wanted)
      if (present.get(title) !== main) changed.push({ movieId: movie.id, title, main });
  }
  if (outdated.length === 0 && changed.length === 0) return;
  await tx.$executeRawUnsafe(
    STORE_TITLES,
    outdated.map(({ movieId }) => movieId),
    outdated.map(({ title }) => title),
    changed.map(({ movieId }) => movieId),
    changed.map(({ title }) => title),
    changed.map(({ main }) => main),
    changed.map(({ title }) => joinedTokens(title)),
  );
}

/** Whether each searched title is one of the main titles. */
function wantedTitles({ mainTitles, otherTitles }: StoredTitles): ReadonlyMap<string, boolean> {
  const wanted = new Map(otherTitles.flatMap(titleForms).map((title) => [title, false]));
  for (const title of mainTitles.flatMap(titleForms)) wanted.set(title, true);
  return wanted;
}

/** Null where the tokens are the words of the title. */
function joinedTokens(title: string): string | null {
  const tokens = tokensOf(title).join(' ');
  return tokens === title ? null : tokens;
}
