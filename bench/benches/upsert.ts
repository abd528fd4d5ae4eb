import type * as OpenDatabase from '../../src/database/connection/open-database.js';
import type * as EnrichedMovieModule from '../../src/enrichment/enriched-movie.js';
import type { EnrichedMovie, ListedMovie } from '../../src/movies/movie-record.js';
import type * as MoviesRepositoryModule from '../../src/movies/movies.repository.js';
import type * as Details from '../../src/sandbox/details.js';
import type * as WireMovie from '../../src/tmdb/schema/movie.js';
import { type Bench, expectEqual } from '../harness/bench.js';
import { DATASETS } from '../harness/dataset.js';
import type { FilledDatabase } from '../harness/environment.js';
import { load, NOW, type Target } from '../harness/target.js';

const ROWS = 100_000;
/** Rows per statement. */
const BATCH = 500;
/** Different movies. The rows repeat them with other ids. */
const MOVIES = 1_000;
/** Greater than every id in the database. */
const FIRST_ID = 100_000_000;
const NOW_DATE = new Date('2026-01-01T00:00:00Z');
const LATER = new Date('2026-02-01T00:00:00Z');

interface Store {
  readonly store: (
    movies: readonly EnrichedMovie[],
    now: Date,
  ) => Promise<MoviesRepositoryModule.StoreReport>;
  /** Concurrent statements. */
  readonly concurrency: number;
}

interface Counts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

interface Cost extends Counts {
  readonly seconds: number;
  readonly walMb: number;
}

/** The speed of storing rows, compared with COPY, the fastest way to write rows into PostgreSQL. */
export const upsert: Bench = {
  name: 'upsert',
  about: `${ROWS} wide rows into ${DATASETS.large.movies}, ${BATCH} per statement; COPY from a file on the server, in one statement`,
  figures: [
    { name: 'new rows, relative to COPY', unit: '×', goal: { atLeast: 0.5 } },
    { name: 'all changed, relative to COPY', unit: '×', goal: { atLeast: 0.25 } },
    { name: 'none changed, relative to all changed', unit: '×', goal: { atLeast: 3 } },
    { name: 'none changed, rows written', unit: '', goal: { atMost: 0 } },
    { name: 'none changed, WAL', unit: 'MB', goal: { atMost: 0.1 } },
    { name: 'COPY', unit: '/s' },
    { name: 'new rows', unit: '/s' },
    { name: 'all changed', unit: '/s' },
    { name: 'none changed', unit: '/s' },
    { name: '1% changed', unit: '/s' },
    { name: 'details, all changed, relative to COPY', unit: '×', goal: { atLeast: 0.25 } },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, environment) {
    const movies = await wideMovies(target);
    const database = await environment.filled(target, DATASETS.large);
    const { openDatabase } = await load<typeof OpenDatabase>(target, 'database/connection/open-database.js');
    const { MoviesRepository } = await load<typeof MoviesRepositoryModule>(
      target,
      'movies/movies.repository.js',
    );
    await autovacuum(database, false);
    const store = await openDatabase(
      { url: database.url, poolSize: 2, dataDir: environment.folder },
      { migrate: 'never' },
    );
    const close = environment.onClose(() => store.close());
    const repository = new MoviesRepository(store.prisma);
    // A run stores lists one after another; a worker stores the details of its two concurrent batches.
    const listed: Store = {
      store: (given, now) => repository.storeListed(given.map(summaryOf), now),
      concurrency: 1,
    };
    const details: Store = { store: (given, now) => repository.storeEnriched(given, now), concurrency: 2 };

    const inserted = await cost(database, details, movies, NOW_DATE);
    expectEqual('inserted rows', countsOf(inserted), [ROWS, 0, 0]);
    const copySeconds = await copy(database);
    const same = await cost(database, listed, movies, LATER);
    expectEqual('rows when none changed', countsOf(same), [0, 0, ROWS]);
    const written = await rowsWritten(database);
    const few = await cost(database, listed, movies.map(changedIf((index) => index % 100 === 0)), LATER);
    expectEqual('rows when 1% changed', countsOf(few), [0, ROWS / 100, ROWS - ROWS / 100]);
    const all = await cost(database, listed, movies.map(changedIf((index) => index % 100 !== 0)), LATER);
    expectEqual('updated rows when all changed', all.updated, ROWS);
    const enriched = await cost(database, details, movies.map(changedIf(() => true, 2)), LATER);
    expectEqual('updated rows when all details changed', enriched.updated, ROWS);

    await close();
    await deleteRows(database);
    await autovacuum(database, true);
    return {
      'new rows, relative to COPY': copySeconds / inserted.seconds,
      'all changed, relative to COPY': copySeconds / all.seconds,
      'details, all changed, relative to COPY': copySeconds / enriched.seconds,
      'none changed, relative to all changed': all.seconds / same.seconds,
      'none changed, rows written': written,
      'none changed, WAL': same.walMb,
      COPY: ROWS / copySeconds,
      'new rows': ROWS / inserted.seconds,
      'all changed': ROWS / all.seconds,
      'none changed': ROWS / same.seconds,
      '1% changed': ROWS / few.seconds,
    };
  },
};

const APPENDED = ['credits', 'keywords', 'videos', 'similar', 'alternative_titles', 'release_dates'];

/** Rows of the sandbox's most popular movies, with other ids. */
async function wideMovies(target: Target): Promise<readonly EnrichedMovie[]> {
  const { details } = await load<typeof Details>(NOW, 'sandbox/details.js');
  const { decodeMovie } = await load<typeof WireMovie>(target, 'tmdb/schema/movie.js');
  const { enrichedMovie } = await load<typeof EnrichedMovieModule>(target, 'enrichment/enriched-movie.js');
  const catalogue = { seed: 1, movies: 10_000, adultMovies: 0, people: null, today: NOW_DATE };
  const movies = Array.from({ length: MOVIES }, (_, rank) => {
    const body = details(catalogue, rank, APPENDED);
    const wire = decodeMovie(body, { regions: new Set(['US']), languages: new Set() });
    return enrichedMovie(wire, 'en-US', { certificationRegion: 'US', releaseRegions: [] });
  });
  return Array.from({ length: ROWS }, (_, index) => ({ ...movies[index % MOVIES]!, id: FIRST_ID + index }));
}

/** The part of a movie that lists contain. */
function summaryOf(movie: EnrichedMovie): ListedMovie {
  const { id, title, originalTitle, originalLanguage, overview, releaseDate } = movie;
  const { voteAverage, voteCount, popularity, posterUrl, backdropUrl, genres, adult } = movie;
  return {
    ...{ id, title, originalTitle, originalLanguage, overview, releaseDate },
    ...{ voteAverage, voteCount, popularity, posterUrl, backdropUrl, genres, adult },
  };
}

function changedIf(
  isChanged: (index: number) => boolean,
  by = 1,
): (movie: EnrichedMovie, index: number) => EnrichedMovie {
  return (movie, index) =>
    isChanged(index)
      ? { ...movie, voteCount: (movie.voteCount ?? 0) + by, popularity: (movie.popularity ?? 0) + by }
      : movie;
}

function countsOf({ inserted, updated, unchanged }: Counts): number[] {
  return [inserted, updated, unchanged];
}

async function cost(
  database: FilledDatabase,
  { store, concurrency }: Store,
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
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - started) / 1_000;
  return { ...total, seconds, walMb: ((await walBytes(database)) - before) / 2 ** 20 };
}

/** Autovacuum would write during the measurement. */
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

/** Deletes the rows and copies them in again. Returns the seconds that the copy took. */
async function copy(database: FilledDatabase): Promise<number> {
  const { client } = database;
  const { rows: folders } = await client.query<{ path: string }>(
    `SELECT current_setting('data_directory') AS path`,
  );
  const file = `${folders[0]!.path}/bench-rows`;
  const rows = `SELECT * FROM movies WHERE id >= ${FIRST_ID} ORDER BY id`;
  await client.query(`COPY (${rows}) TO '${file}'`);
  await deleteRows(database);
  await client.query('CHECKPOINT');
  const started = performance.now();
  await client.query(`COPY movies FROM '${file}'`);
  const seconds = (performance.now() - started) / 1_000;
  await client.query('VACUUM (ANALYZE) movies');
  return seconds;
}

async function deleteRows({ client }: FilledDatabase): Promise<void> {
  await client.query(`DELETE FROM movies WHERE id >= ${FIRST_ID}`);
  await client.query('VACUUM movies');
}

/** The number of rows written since the copy. The rows of the copy have one xmin, because it is one transaction. */
async function rowsWritten({ client }: FilledDatabase): Promise<number> {
  const { rows } = await client.query<{ written: number }>(
    `SELECT (count(*) - max(together))::int AS written FROM (
       SELECT xmin, count(*) OVER (PARTITION BY xmin::text) AS together FROM movies WHERE id >= ${FIRST_ID}) AS of`,
  );
  return rows[0]!.written;
}
