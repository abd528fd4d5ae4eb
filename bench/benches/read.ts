import { Logger } from '@nestjs/common';
import type * as OpenDatabase from '../../src/database/connection/open-database.js';
import type * as LoadConfig from '../../src/config/load-config.js';
import type * as SystemClock from '../../src/common/system-clock.js';
import type * as Indexes from '../../src/movies/indexes/background-indexes.js';
import { type Bench, expectEqual, expectThat, type Figure } from '../harness/bench.js';
import type { Environment } from '../harness/environment.js';
import { insertReadableMovies } from '../harness/readable-movies.js';
import { readEvenly } from '../harness/readers.js';
import { serviceEnvironment } from '../harness/service.js';
import { percentile } from '../harness/statistics.js';
import { load, type Target } from '../harness/target.js';
import { customPlan } from './plans.js';

const MOVIES = Number(process.env.BENCH_MOVIES ?? 1_200_000);
const PER_SECOND = 200;
const SECONDS = 20;

interface Kind {
  readonly paths: readonly string[];
  /** Of the p99. */
  readonly atMostMs: number;
  /** How often the kind occurs among the requests. */
  readonly weight: number;
}

const ids = [603, 4_711, 99_991, 150_007].map((id) => id % MOVIES);
const list = (paths: readonly string[]): Kind => ({ paths, atMostMs: 10, weight: 2 });
const filter = (...queries: readonly string[]): Kind => ({
  paths: queries.map((query) => `/movies?sort=-popularity&${query}`),
  atMostMs: 30,
  weight: 1,
});
const search = (atMostMs: number, ...texts: readonly string[]): Kind => ({
  paths: texts.map((text) => `/search/movies?q=${encodeURIComponent(text)}`),
  atMostMs,
  weight: 1,
});

/** Names are those of the figures. */
const KINDS: Readonly<Record<string, Kind>> = {
  'by id': { ...list(ids.map((id) => `/movies/${id}`)), weight: 6 },
  'lists/popular': list(['/lists/popular']),
  'movies by popularity': list(['/movies?sort=-popularity']),
  genre: filter('genre=Drama', 'genre=War', 'genre=Western'),
  keyword: filter('keyword=keyword%20600', 'keyword=keyword%2019000'),
  cast: filter('cast=20', 'cast=300000'),
  director: filter('director=20', 'director=150000'),
  company: filter('company=40', 'company=60000'),
  year: filter('year=2020', 'year=1950'),
  language: filter('original_language=ja', 'original_language=en'),
  country: filter('origin_country=KR'),
  rating: filter('rating_min=9.5', 'rating_max=1'),
  votes: filter('votes_min=5000'),
  runtime: filter('runtime_min=155'),
  certification: filter('certification=PG-13'),
  'updated since': filter('updated_since=2026-01-01'),
  'genre and year': filter('genre=Horror&year=1995'),
  'five filters': filter('genre=Drama&original_language=fr&year=2010&rating_min=5&runtime_min=80'),
  suggest: {
    paths: ['n', 'ni', 'nigh', 'love', 'dragon', 'the'].map((text) => `/suggest?q=${text}`),
    atMostMs: 30,
    weight: 6,
  },
  'search, exact': search(80, 'night day', 'queen river', 'dark light'),
  'search, prefix': search(80, 'night d', 'queen ri', 'dar'),
  'search, words': search(80, 'day night', 'river queen king', 'heaven night'),
  'search, typo': search(300, 'nigth dya', 'quen rivr', 'hevaen earht'),
  'search, Japanese': search(80, '神隠し', '東京物語', '七人侍'),
};

/** Every kind as often as its weight, spread evenly; of a kind, each path in turn. */
const REQUESTS = mix();

function mix(): readonly { readonly kind: string; readonly path: string }[] {
  const rounds = 12;
  return Array.from({ length: rounds }, (_, round) =>
    Object.entries(KINDS).flatMap(([kind, { paths, weight }]) =>
      Array.from({ length: weight }, (__, turn) => ({
        kind,
        path: paths[(round * weight + turn) % paths.length] ?? '',
        place: (turn + 0.5) / weight,
      })),
    ),
  )
    .map((requests) => requests.sort((a, b) => a.place - b.place))
    .flat();
}

const figuresOf = (when: string): readonly Figure[] =>
  Object.entries(KINDS).flatMap(([kind, { atMostMs }]) => [
    { name: `${kind}, p50, ${when}`, unit: 'ms' },
    { name: `${kind}, p99, ${when}`, unit: 'ms', goal: { atMost: atMostMs } },
  ]);

/** How fast movies are read and searched. */
export const read: Bench = {
  name: 'read',
  about: `${PER_SECOND} requests per second for movies, of all kinds, with ${MOVIES} movies of three titles each; idle and during a run at 40 requests per second`,
  figures: [...figuresOf('idle'), ...figuresOf('during a run')],
  repeats: 1,
  warmUps: 0,
  async measure(target, environment) {
    const database = await environment.database(target);
    await insertReadableMovies(database.client, MOVIES);
    const sandbox = await environment.sandbox({ movies: 10_000 });
    await buildIndexes(target, database.url, sandbox.url, environment);
    await database.client.query('VACUUM (ANALYZE)');
    await database.client.query('CHECKPOINT');
    const service = await environment.service(target, {
      databaseUrl: database.url,
      sandboxUrl: sandbox.url,
      env: { TMDB_REQUESTS_PER_SECOND: '40' },
    });
    const url = await service.listen();
    await readAll(url, 5);
    const idle = await readAll(url, SECONDS);
    const running = service.run(await customPlan(target, 2_000));
    running.catch(() => undefined);
    const busy = await readAll(url, SECONDS);
    await service.cancel();
    expectEqual('status of the run', (await running).run.status, 'CANCELLED');
    expectThat('the run stored movies during the measurement', (await running).run.enriched > 0);
    await service.finish();
    await database.drop();
    await sandbox.stop();
    return { ...sampleOf(idle, 'idle'), ...sampleOf(busy, 'during a run') };
  },
};

type Times = ReadonlyMap<string, readonly number[]>;

async function readAll(url: string, seconds: number): Promise<Times> {
  const urls = REQUESTS.map(({ path }) => url + path);
  const times = await readEvenly({ urls, perSecond: PER_SECOND, seconds });
  const byKind = new Map<string, number[]>(Object.keys(KINDS).map((kind) => [kind, []]));
  times.forEach((ms, place) => byKind.get(REQUESTS[place % REQUESTS.length]?.kind ?? '')?.push(ms));
  return byKind;
}

function sampleOf(times: Times, when: string): Record<string, number> {
  return Object.fromEntries(
    [...times].flatMap(([kind, ms]) => [
      [`${kind}, p50, ${when}`, percentile(ms, 50)],
      [`${kind}, p99, ${when}`, percentile(ms, 99)],
    ]),
  );
}

/** At once, rather than some seconds after the start of the service. */
async function buildIndexes(
  target: Target,
  databaseUrl: string,
  sandboxUrl: string,
  environment: Environment,
): Promise<void> {
  const { openDatabase } = await load<typeof OpenDatabase>(target, 'database/connection/open-database.js');
  const { BackgroundIndexes } = await load<typeof Indexes>(target, 'movies/indexes/background-indexes.js');
  const { loadConfig } = await load<typeof LoadConfig>(target, 'config/load-config.js');
  const { systemClock } = await load<typeof SystemClock>(target, 'common/system-clock.js');
  const settings = { sandboxUrl, dataDir: environment.folder };
  Logger.overrideLogger(false);
  const config = loadConfig(
    { DATABASE_URL: databaseUrl, ...serviceEnvironment(settings) },
    { tmdbKey: true },
  );
  const database = await openDatabase(
    { url: databaseUrl, poolSize: 2, dataDir: environment.folder },
    { migrate: 'never' },
  );
  const close = environment.onClose(() => database.close());
  await new BackgroundIndexes(database, config, systemClock).build();
  await close();
}
