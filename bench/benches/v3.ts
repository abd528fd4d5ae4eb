import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Bench, expectEqual } from '../harness/bench.js';
import { customPlan } from './plans.js';

const MOVIES = 600;
/** Few, so that v3's part takes seconds. Both times are proportional to the number of movies. */
const V3_MOVIES = 17;
/** List pages. Both sides then read about one page per 17 movies. */
const V3_PAGES = 1;
/** v3 pauses after every request. */
const PAUSE_MS = 250;
const APPENDED = 'append_to_response=credits,keywords,videos,similar';

interface Page {
  readonly results: readonly { readonly id: number; readonly title: string }[];
}

interface Body {
  readonly id: number;
  readonly title: string;
  readonly runtime: number;
  readonly credits: { readonly cast: readonly object[] };
}

/** v3's way: one request at a time, each on a new connection and followed by a pause; one INSERT per movie. */
async function enrichLikeV3(baseUrl: string, databaseUrl: string, ids: readonly number[]): Promise<number> {
  const started = performance.now();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('CREATE TABLE v3_movies (id int PRIMARY KEY, title text, runtime int, "cast" jsonb)');
  for (let page = 1; page <= V3_PAGES; page++) {
    const list = JSON.parse(await getOnce(`${baseUrl}/movie/popular`, `page=${page}`)) as Page;
    for (const { id, title } of list.results) {
      const insert =
        'INSERT INTO v3_movies VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET title = excluded.title';
      await client.query(insert, [id, title]);
    }
    await sleep(PAUSE_MS);
  }
  for (const id of ids) {
    const movie = JSON.parse(await getOnce(`${baseUrl}/movie/${id}`, APPENDED)) as Body;
    await client.query(
      `INSERT INTO v3_movies VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET title = excluded.title, runtime = excluded.runtime, "cast" = excluded."cast"`,
      [movie.id, movie.title, movie.runtime, JSON.stringify(movie.credits.cast.slice(0, 10))],
    );
    await sleep(PAUSE_MS);
  }
  await client.end();
  return (performance.now() - started) / 1_000;
}

function getOnce(url: string, query: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${url}?api_key=${'0'.repeat(32)}&${query}`, { agent: false }, (response) => {
      text(response).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });
}

export const v3: Bench = {
  name: 'v3',
  about: 'lists collected and their movies enriched, compared with v3; the same TMDB as in budget',
  figures: [
    { name: 'speed relative to version 3', unit: '×', goal: { atLeast: 12 } },
    { name: 'movies per second, version 3', unit: '/s' },
    { name: 'movies per second, this version', unit: '/s' },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, environment) {
    const sandbox = await environment.sandbox({ latencyMs: 40, jitterMs: 80, rateLimit: 42 });
    const database = await environment.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '40' };
    const service = await environment.service(target, {
      databaseUrl: database.url,
      sandboxUrl: sandbox.url,
      env,
    });
    const { run, seconds } = await service.run(await customPlan(target, MOVIES));
    expectEqual(
      'status, enriched movies and 429 responses of the run',
      [run.status, run.enriched, run.rateLimited],
      ['SUCCESS', MOVIES, 0],
    );
    const { rows } = await database.client.query<{ id: number }>(
      `SELECT id FROM movies WHERE enriched_at IS NOT NULL ORDER BY id LIMIT ${V3_MOVIES}`,
    );
    const v3Seconds = await enrichLikeV3(
      sandbox.url,
      database.url,
      rows.map(({ id }) => id),
    );
    const { rows: equal } = await database.client.query(
      `SELECT FROM v3_movies v JOIN movies m USING (id)
       WHERE m.title = v.title AND jsonb_array_length(m."cast") = jsonb_array_length(v."cast")`,
    );
    expectEqual('movies that both stored equally', equal.length, V3_MOVIES);
    await service.finish();
    await database.drop();
    await sandbox.stop();
    const [now, v3Speed] = [MOVIES / seconds, V3_MOVIES / v3Seconds];
    return {
      'speed relative to version 3': now / v3Speed,
      'movies per second, version 3': v3Speed,
      'movies per second, this version': now,
    };
  },
};
