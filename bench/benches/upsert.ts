import type * as OpenDatabase from '../../src/database/connection/open-database.js';
import type * as EnrichedMovieModule from '../../src/enrichment/enriched-movie.js';
import type { EnrichedMovie, ListedMovie } from '../../src/movies/movie-record.js';
import type * as MoviesRepositoryModule from '../../src/movies/movies.repository.js';
import type * as Details from '../../src/sandbox/details.js';
import type * as WireMovie from '../../src/tmdb/schema/movie.js';
import { type Bench, expectEqual } from '../harness/bench.js';
import { FILLINGS } from '../harness/fill.js';
import type { FilledDatabase } from '../harness/lab.js';
import { load, NOW, type Target } from '../harness/target.js';

const ROWS = 100_000;
/** Rows of one statement. */
const BATCH = 500;
/** Different movies; the rows repeat them under other ids. */
const MOVIES = 1_000;
/** Above every id of the movies that are there. */
const FIRST_ID = 100_000_000;
const NOW_DATE = new Date('2026-01-01T00:00:00Z');
const LATER = new Date('2026-02-01T00:00:00Z');

interface Store {
  readonly store: (
    movies: readonly EnrichedMovie[],
    now: Date,
  ) => Promise<MoviesRepositoryModule.StoreReport>;
  /** Statements at once. */
  readonly atOnce: number;
}

interface Cost {
  readonly seconds: number;
  readonly walMb: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** What storing rows costs, against the least that PostgreSQL can do. */
export const upsert: Bench = {
  name: 'upsert',
  about: `${ROWS} wide rows into ${FILLINGS.large.movies}, ${BATCH} a statement; COPY is the server's own, from a file, in one statement`,
  figures: [
    { name: 'new, of the speed of COPY', unit: '×', goal: { atLeast: 0.5 } },
    { name: 'all changed, of the speed of COPY', unit: '×', goal: { atLeast: 0.25 } },
    { name: 'none changed, to all changed', unit: '×', goal: { atLeast: 3 } },
    { name: 'none changed, rows written', unit: '', goal: { atMost: 0 } },
    { name: 'none changed, WAL', unit: 'MB', goal: { atMost: 0.1 } },
    { name: 'COPY', unit: '/s' },
    { name: 'new', unit: '/s' },
    { name: 'all changed', unit: '/s' },
    { name: 'none changed', unit: '/s' },
    { name: '1% changed', unit: '/s' },
    { name: 'details all changed, of the speed of COPY', unit: '×', goal: { atLeast: 0.25 } },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, lab) {
    const movies = await wideMovies(target);
    const database = await lab.filled(target, FILLINGS.large);
    const { openDatabase } = await load<typeof OpenDatabase>(target, 'database/open-database.js');
    const { MoviesRepository } = await load<typeof MoviesRepositoryModule>(
      target,
      'movies/movies.repository.js',
    );
    await autovacuum(database, false);
    const store = await openDatabase(
      { url: database.url, poolSize: 2, dataDir: lab.folder },
      { migrate: 'never' },
    );
    const close = lab.onClose(() => store.close());
    const repository = new MoviesRepository(store.prisma);
    // As a run stores lists, and as a worker stores the details of the two batches that it has at once.
    const listed: Store = {
      store: (given, now) => repository.storeListed(given.map(summaryOf), now),
      atOnce: 1,
    };
    const details: Store = { store: (given, now) => repository.storeEnriched(given, now), atOnce: 2 };

    const fresh = await cost(database, details, movies, NOW_DATE);
    expectEqual('new rows', [fresh.inserted, fresh.updated, fresh.unchanged], [ROWS, 0, 0]);
    const copySeconds = await copy(database);
    const same = await cost(database, listed, movies, LATER);
    expectEqual('rows that did not change', [same.inserted, same.updated, same.unchanged], [0, 0, ROWS]);
    const written = await rowsWritten(database);
    const few = await cost(database, listed, movies.map(changedIf((place) => place % 100 === 0)), LATER);
    expectEqual('rows of which 1% changed', [few.updated, few.unchanged], [ROWS / 100, ROWS - ROWS / 100]);
    const all = await cost(database, listed, movies.map(changedIf((place) => place % 100 !== 0)), LATER);
    expectEqual('rows that nearly all changed', all.updated, ROWS);
    const enriched = await cost(database, details, movies.map(changedIf(() => true, 2)), LATER);
    expectEqual('details that all changed', enriched.updated, ROWS);

    await close();
    await takeOut(database);
    await autovacuum(database, true);
    return {
      'new, of the speed of COPY': copySeconds / fresh.seconds,
      'all changed, of the speed of COPY': copySeconds / all.seconds,
      'details all changed, of the speed of COPY': copySeconds / enriched.seconds,
      'none changed, to all changed': all.seconds / same.seconds,
      'none changed, rows written': written,
      'none changed, WAL': same.walMb,
      COPY: ROWS / copySeconds,
      new: ROWS / fresh.seconds,
      'all changed': ROWS / all.seconds,
      'none changed': ROWS / same.seconds,
      '1% changed': ROWS / few.seconds,
    };
  },
};

/** As the sandbox's most popular movies have, with ids of their own. */
async function wideMovies(target: Target): Promise<readonly EnrichedMovie[]> {
  const { details } = await load<typeof Details>(NOW, 'sandbox/details.js');
  const { decodeMovie } = await load<typeof WireMovie>(target, 'tmdb/wire/movie.js');
  const { enrichedMovie } = await load<typeof EnrichedMovieModule>(target, 'enrichment/enriched-movie.js');
  const catalogue = { seed: 1, movies: 10_000, people: null, today: NOW_DATE };
  const movies = Array.from({ length: MOVIES }, (_, rank) => {
    const body = details(catalogue, rank, ['credits', 'keywords', 'videos', 'similar']);
    return enrichedMovie(decodeMovie(body), 'en-US');
  });
  return Array.from({ length: ROWS }, (_, place) => ({ ...movies[place % MOVIES]!, id: FIRST_ID + place }));
}

/** What lists say of a movie. */
function summaryOf(movie: EnrichedMovie): ListedMovie {
  const { id, title, originalTitle, originalLanguage, overview, releaseDate } = movie;
  const { voteAverage, voteCount, popularity, posterUrl, backdropUrl, genres, adult } = movie;
  return {
    ...{ id, title, originalTitle, originalLanguage, overview, releaseDate },
    ...{ voteAverage, voteCount, popularity, posterUrl, backdropUrl, genres, adult },
  };
}

function changedIf(
  isChanged: (place: number) => boolean,
  by = 1,
): (movie: EnrichedMovie, place: number) => EnrichedMovie {
  return (movie, place) =>
    isChanged(place)
      ? { ...movie, voteCount: (movie.voteCount ?? 0) + by, popularity: (movie.popularity ?? 0) + by }
      : movie;
}

async function cost(
  database: FilledDatabase,
  { store, atOnce }: Store,
  movies: readonly EnrichedMovie[],
  now: Date,
): Promise<Cost> {
  await database.client.query('CHECKPOINT');
  const before = await walBytes(database);
  const total = { inserted: 0, updated: 0, unchanged: 0 };
  const started = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < movies.length) {
      const from = next;
      next += BATCH;
      const report = await store(movies.slice(from, from + BATCH), now);
      total.inserted += report.inserted.length;
      total.updated += report.updated.length;
      total.unchanged += report.unchanged.length;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - started) / 1_000;
  return { ...total, seconds, walMb: ((await walBytes(database)) - before) / 2 ** 20 };
}

/** It would write, too, while others are being measured. */
async function autovacuum({ client }: FilledDatabase, enabled: boolean): Promise<void> {
  await client.query(
    `ALTER TABLE movies SET (autovacuum_enabled = ${enabled}, toast.autovacuum_enabled = ${enabled})`,
  );
}

async function walBytes({ client }: FilledDatabase): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    `SELECT (pg_current_wal_lsn() - '0/0')::float8 AS bytes`,
  );
  return rows[0]!.bytes;
}

/** Seconds for the same rows, which are taken out and copied in again. */
async function copy(database: FilledDatabase): Promise<number> {
  const { client } = database;
  const { rows: folders } = await client.query<{ path: string }>(
    `SELECT current_setting('data_directory') AS path`,
  );
  const file = `${folders[0]!.path}/bench-rows`;
  const rows = `SELECT * FROM movies WHERE id >= ${FIRST_ID} ORDER BY id`;
  await client.query(`COPY (${rows}) TO '${file}'`);
  await takeOut(database);
  await client.query('CHECKPOINT');
  const started = performance.now();
  await client.query(`COPY movies FROM '${file}'`);
  const seconds = (performance.now() - started) / 1_000;
  await client.query('VACUUM (ANALYZE) movies');
  return seconds;
}

async function takeOut({ client }: FilledDatabase): Promise<void> {
  await client.query(`DELETE FROM movies WHERE id >= ${FIRST_ID}`);
  await client.query('VACUUM movies');
}

/** How many of the rows were written since they were copied in, which was one transaction. */
async function rowsWritten({ client }: FilledDatabase): Promise<number> {
  const { rows } = await client.query<{ written: number }>(
    `SELECT (count(*) - max(together))::int AS written FROM (
       SELECT xmin, count(*) OVER (PARTITION BY xmin::text) AS together FROM movies WHERE id >= ${FIRST_ID}) AS of`,
  );
  return rows[0]!.written;
}
