import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type * as Movies from '../../src/sandbox/movies.js';
import { load, NOW } from './target.js';

/** What is in a database before anything is measured. */
export interface Filling {
  /** The most popular movies of the sandbox, all enriched long enough ago to be due. */
  readonly movies: number;
  readonly runs: number;
}

/** What a database may be filled with. */
export const FILLINGS = {
  small: { movies: 10_000, runs: 1_000 },
  medium: { movies: 100_000, runs: 30_000 },
  /** All of TMDB's movies, and a run a minute for two years. */
  large: { movies: 1_200_000, runs: 1_000_000 },
} as const satisfies Record<string, Filling>;

const CHUNK = 50_000;
/** Different casts. */
const GROUPS = 1_009;

/** Fills an empty, migrated database, over all of the connections at once. */
export async function fill(
  connections: readonly [Client, ...Client[]],
  { movies, runs }: Filling,
): Promise<void> {
  const [client] = connections;
  const firsts = Array.from({ length: Math.ceil(movies / CHUNK) }, (_, chunk) => chunk * CHUNK);
  await withoutIndexes(client, 'movies', () =>
    workOff(connections, [
      (connection) => fillRuns(connection, runs),
      ...firsts.map(
        (first) => (connection: Client) => fillMovies(connection, first, Math.min(CHUNK, movies - first)),
      ),
    ]),
  );
  await client.query('VACUUM (ANALYZE)');
  // So that no checkpoint falls due while something is measured.
  await client.query('CHECKPOINT');
}

async function workOff(
  connections: readonly Client[],
  tasks: readonly ((connection: Client) => Promise<void>)[],
): Promise<void> {
  const left = tasks.values();
  const work = async (connection: Client): Promise<void> => {
    for (const task of left) await task(connection);
  };
  await Promise.all(connections.map(work));
}

/** Wide rows of the size that an average movie's has: half a dozen people, most of whom nobody knows. */
async function fillMovies(client: Client, firstRank: number, movies: number): Promise<void> {
  const { idOf } = await load<typeof Movies>(NOW, 'sandbox/movies.js');
  const catalogue = { seed: 1, movies, people: null, today: new Date() };
  const ids = Array.from({ length: movies }, (_, place) => idOf(catalogue, firstRank + place));
  await client.query(
    `INSERT INTO movies (id, title, overview, release_date, vote_average, vote_count, popularity, poster_url,
       backdrop_url, genres, "cast", crew, keywords, runtime, original_language, similar_movie_ids, enriched_at)
     SELECT id, 'Movie ' || id, repeat(digest || ' ', 6), date '2020-01-01' - id % 20000, id % 100 / 10.0,
       id % 5000, 600.0 / ($2::int + place), 'https://image.tmdb.org/t/p/w500/' || digest || '.jpg',
       'https://image.tmdb.org/t/p/w1280/' || digest || '.jpg', '["Drama", "Comedy"]',
       people, people, '["based on novel", "independent movie"]', 60 + id % 90, 'en', '[2, 3, 5, 7]',
       now() - interval '130 days' - id % 19 * interval '1 day'
     FROM unnest($1::int[]) WITH ORDINALITY AS movie (id, place), LATERAL (SELECT md5(id::text) AS digest) AS digests,
       unnest($3::jsonb[]) WITH ORDINALITY AS groups (people, number)
     WHERE number = 1 + id % ${GROUPS} ORDER BY place`,
    [ids, firstRank + 1, groupsOfPeople()],
  );
}

/** Of one to seven. */
function groupsOfPeople(): string[] {
  return Array.from({ length: GROUPS }, (_, group) =>
    JSON.stringify(
      Array.from({ length: 1 + (group % 7) }, (_, order) => ({
        id: 1_000_000 + group * 7 + order,
        name: `Person ${1_000_000 + group * 7 + order}`,
        character: 'Somebody',
        profile_path: `/${createHash('md5').update(`${group} ${order}`).digest('hex')}.jpg`,
        order,
      })),
    ),
  );
}

/** A few of a thousand did not succeed. The triggers that count runs are left out, and what they count written at once. */
async function fillRuns(client: Client, runs: number): Promise<void> {
  await client.query(`SET session_replication_role = replica`);
  await client.query(
    `INSERT INTO pipeline_runs (run_date, status, update_type, trigger, source_categories, movies_processed,
       duration_seconds, started_at, finished_at, fetched, unchanged, tmdb_requests)
     SELECT at, CASE n % 1000 WHEN 1 THEN 'FAILED' WHEN 2 THEN 'PARTIAL' ELSE 'SUCCESS' END, 'daily', 'schedule',
       '["popular", "top_rated", "upcoming", "now_playing", "trending"]', 460, 25, at, at + interval '25 seconds',
       460, 460, 483
     FROM generate_series(1, $1::int) AS n, LATERAL (SELECT now() - ($1 - n) * interval '20 seconds' AS at) AS times`,
    [runs],
  );
  await client.query(`SET session_replication_role = DEFAULT`);
  await client.query(
    `INSERT INTO pipeline_run_totals (status, runs, timed, seconds)
     SELECT status, count(*), count(duration_seconds), sum(duration_seconds) FROM pipeline_runs GROUP BY status`,
  );
}

/** Indexes are quicker made than kept. */
async function withoutIndexes(client: Client, table: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename = $1 AND indexname <> $1 || '_pkey'`,
    [table],
  );
  for (const { name } of rows) await client.query(`DROP INDEX "${name}"`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}
