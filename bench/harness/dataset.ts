import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type * as Movies from '../../src/sandbox/movies.js';
import { runTotalsTable } from './layouts.js';
import { load, NOW, type Target } from './target.js';

/** The rows of a database before a measurement. */
export interface Dataset {
  /** The sandbox's most popular movies, enriched so long ago that all are due. */
  readonly movies: number;
  readonly runs: number;
}

export const DATASETS = {
  small: { movies: 10_000, runs: 1_000 },
  medium: { movies: 100_000, runs: 30_000 },
  /** All of TMDB's movies, and one run per minute for two years. */
  large: { movies: 1_200_000, runs: 1_000_000 },
} as const satisfies Record<string, Dataset>;

const CHUNK = 50_000;
/** The number of different casts. */
const CASTS = 1_009;

/** Fills an empty database that the target has migrated. Uses all connections in parallel. */
export async function insertDataset(
  connections: readonly [Client, ...Client[]],
  { movies, runs }: Dataset,
  target: Target,
): Promise<void> {
  const [client] = connections;
  const firsts = Array.from({ length: Math.ceil(movies / CHUNK) }, (_, chunk) => chunk * CHUNK);
  await withoutIndexes(client, 'movies', () =>
    executeAll(connections, [
      (connection) => insertRuns(connection, runs, runTotalsTable(target.root)),
      ...firsts.map(
        (first) => (connection: Client) => insertMovies(connection, first, Math.min(CHUNK, movies - first)),
      ),
    ]),
  );
  await client.query('VACUUM (ANALYZE)');
  // So that PostgreSQL starts no checkpoint during a measurement.
  await client.query('CHECKPOINT');
}

async function executeAll(
  connections: readonly Client[],
  tasks: readonly ((connection: Client) => Promise<void>)[],
): Promise<void> {
  const remaining = tasks.values();
  const execute = async (connection: Client): Promise<void> => {
    for (const task of remaining) await task(connection);
  };
  await Promise.all(connections.map(execute));
}

/** The rows are as wide as an average movie's. */
async function insertMovies(client: Client, firstRank: number, movies: number): Promise<void> {
  const { idOf } = await load<typeof Movies>(NOW, 'sandbox/movies.js');
  const catalogue = { seed: 1, movies, adultMovies: 0, people: null, today: new Date() };
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
       unnest($3::jsonb[]) WITH ORDINALITY AS casts (people, number)
     WHERE number = 1 + id % ${CASTS} ORDER BY place`,
    [ids, firstRank + 1, casts()],
  );
}

/** Each of one to seven people. */
function casts(): string[] {
  return Array.from({ length: CASTS }, (_, cast) =>
    JSON.stringify(
      Array.from({ length: 1 + (cast % 7) }, (_, order) => ({
        id: 1_000_000 + cast * 7 + order,
        name: `Person ${1_000_000 + cast * 7 + order}`,
        character: 'Somebody',
        profile_path: `/${createHash('md5').update(`${cast} ${order}`).digest('hex')}.jpg`,
        order,
      })),
    ),
  );
}

/** Two runs in a thousand did not succeed. The triggers that count runs are disabled; their totals are inserted directly. */
async function insertRuns(client: Client, runs: number, totalsTable: string): Promise<void> {
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
    `INSERT INTO ${totalsTable} (status, runs, timed, seconds)
     SELECT status, count(*), count(duration_seconds), sum(duration_seconds) FROM pipeline_runs GROUP BY status`,
  );
}

/** Creating the indexes afterwards is faster than maintaining them. */
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
