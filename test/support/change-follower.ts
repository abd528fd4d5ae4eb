import type { Clock } from '../../src/common/clock.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import type { DatabaseClock } from '../../src/database/connection/database-clock.js';
import { ChangeDays } from '../../src/catalogue/changes/change-days.repository.js';
import { ChangesStage } from '../../src/catalogue/changes/changes.stage.js';
import { loadConfig } from '../../src/config/load-config.js';
import { EnrichMovies } from '../../src/enrichment/enrich-movies.js';
import { EnrichmentResults } from '../../src/enrichment/enrichment-results.js';
import { listedMovie } from '../../src/movies/listed-movie.js';
import { MoviesRepository } from '../../src/movies/movies.repository.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import type { RunContext, WorkContext } from '../../src/runs/run-context.js';
import { RunMovies } from '../../src/runs/run-movies.repository.js';
import { TmdbUsage } from '../../src/runs/tmdb-usage.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { LISTED } from './movies.js';
import { swiftClock } from './swift-clock.js';
import { createTestDatabase } from './test-database.js';
import { TMDB_KEY, tmdbClient } from './tmdb-client.js';

/** The parts of a run that follow TMDB's changes, with a sandbox, a database and one clock that stands still. */
export interface ChangeFollower {
  readonly sandbox: Sandbox;
  readonly movies: MoviesRepository;
  readonly runId: number;
  /** Sets the clock of the database, the worker and the sandbox. */
  advanceTo(time: Date): void;
  /** Stores movies as if a list had named them. */
  storeListed(ids: readonly number[]): Promise<void>;
  readFeed(): Promise<void>;
  /** Enriches all movies that are due, or those given. Returns their ids. */
  enrich(ids?: readonly number[]): Promise<readonly number[]>;
  query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 600_000;

/** The time of day stands still. Back-offs take no time; the time-out of a request, which is longer, does. */
class StandingClock implements Clock {
  readonly monotonicMs = swiftClock.monotonicMs;

  constructor(private time: Date) {}

  now(): Date {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return swiftClock.sleep(ms < TIMEOUT_MS ? 0 : ms, signal);
  }

  set(time: Date): void {
    this.time = time;
  }
}

const ALL = 100_000;

export async function openChangeFollower(start: Date, options: SandboxOptions): Promise<ChangeFollower> {
  const [database, sandbox] = await Promise.all([
    createTestDatabase(),
    Sandbox.start({ people: 1, today: start, ...options }),
  ]);
  const open = await openDatabase({ url: database.url, poolSize: 4, dataDir: '/nonexistent' });
  const clock = new StandingClock(start);
  const tmdb = tmdbClient(
    sandbox.url,
    { TMDB_REQUESTS_PER_SECOND: '100000', TMDB_TIMEOUT_MS: String(TIMEOUT_MS) },
    clock,
  );
  const config = loadConfig({ TMDB_API_KEY: TMDB_KEY }, { tmdbKey: true });
  const movies = new MoviesRepository(open.prisma);
  const checkpoint = new RunCheckpoint(open.prisma, clock, () => 0);
  const runMovies = new RunMovies(open.prisma);
  const databaseClock = { now: () => Promise.resolve(clock.now()) } as DatabaseClock;
  const stage = new ChangesStage(tmdb, movies, new ChangeDays(open.prisma), checkpoint, databaseClock);
  const results = new EnrichmentResults(movies, checkpoint, runMovies, clock, () => 0);
  const enrichMovies = new EnrichMovies(tmdb, results, config, clock);
  const [run] = await database.query<{ id: number }>(
    `INSERT INTO pipeline_runs (status, started_at) VALUES ('RUNNING', now()) RETURNING id`,
  );
  const runId = run!.id;
  const usage = new TmdbUsage();
  const context = (): WorkContext & Pick<RunContext, 'lease' | 'startedAt'> => {
    const abort = new AbortController();
    return {
      lease: { runId, fencingToken: 0 },
      usage,
      signal: abort.signal,
      abort: (reason) => {
        abort.abort(reason);
      },
      startedAt: clock.now(),
    };
  };
  const due = async (): Promise<number[]> => {
    const now = clock.now();
    const urgent = await open.prisma.$queryRaw<{ id: number }[]>(movies.urgent(now));
    const stored = await movies.dueStored({ limit: ALL, now });
    return [...new Set([...urgent.map(({ id }) => id), ...stored])];
  };
  sandbox.advanceTo(start);
  return {
    sandbox,
    movies,
    runId,
    advanceTo: (time) => {
      clock.set(time);
      sandbox.advanceTo(time);
    },
    storeListed: async (ids) => {
      const item = { ...LISTED, index: 0, genreIds: null, posterPath: null, backdropPath: null };
      await movies.storeListed(
        ids.map((id) => listedMovie({ ...item, id }, new Map())),
        clock.now(),
      );
    },
    readFeed: () => stage.run(context()),
    enrich: async (ids) => {
      const work = { ids: ids ?? (await due()), rest: null, fresh: 0 };
      await database.query('DELETE FROM pipeline_run_movies');
      await open.prisma.$transaction((tx) => runMovies.plan(tx, { runId, fencingToken: 0 }, work));
      const current = context();
      await enrichMovies.enrich(work.ids, current, new AbortController().signal);
      await results.concludeNotFound(current);
      return work.ids;
    },
    query: (sql, values) => database.query(sql, values),
    close: async () => {
      await open.close();
      await sandbox.stop();
      await database.drop();
    },
  };
}
