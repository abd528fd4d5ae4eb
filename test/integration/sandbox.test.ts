import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { Program } from '../support/program.js';
import { describeRecordings, recordedLines, recording, recordingsOf } from '../support/recordings.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'sandbox', 'main.js');

let sandbox: Sandbox;

afterEach(async () => {
  await sandbox.stop();
});

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await Sandbox.start(options);
}

interface SandboxResponse {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function get(path: string, key = '0'.repeat(32)): Promise<SandboxResponse> {
  const response = await fetch(`${sandbox.url}${path}${path.includes('?') ? '&' : '?'}api_key=${key}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The path and type of each value. The elements of an array share one path. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shape(item, `${path}[]`)))];
  if (typeof value !== 'object' || value === null)
    return [value === null ? `${path}: null` : `${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

function keysOf(shapes: readonly string[]): Set<string> {
  return new Set(shapes.map((line) => line.replace(/: \w+$/, '')));
}

const RECORDED = 'append_to_response=credits,keywords,videos,similar';
const APPENDED = `${RECORDED},alternative_titles,release_dates,translations`;

describeRecordings('a sandbox response has the shape that TMDB recorded', () => {
  const LISTS = [
    ['list_popular', '/movie/popular'],
    ['list_top_rated', '/movie/top_rated'],
    ['list_upcoming', '/movie/upcoming'],
    ['list_now_playing', '/movie/now_playing'],
    ['trending', '/trending/movie/week'],
  ] as const;

  it.each(LISTS)('for the list %s', async (folder, path) => {
    await start();
    const files = recordingsOf(folder).filter((file) => !file.includes('trending_all'));
    const recorded = files.flatMap((file) => shape(recording(file)));
    const made = shape((await get(path)).body);
    // TMDB added `softcore` after the recordings.
    expect([...keysOf(made)].filter((key) => !key.endsWith('.softcore')).sort()).toEqual(
      [...keysOf(recorded)].sort(),
    );
    const unrecorded = made.filter((line) => !recorded.includes(line) && !/softcore|: null/.test(line));
    expect(unrecorded).toEqual([]);
  });

  it('for details with the appended parts of the composed recording', async () => {
    await start();
    const recorded = recordingsOf('composed').flatMap((file) => shape(recording(file)));
    const made = new Set<string>();
    for (const id of sandbox.movieIds(0, 30)) {
      for (const line of shape((await get(`/movie/${id}?${RECORDED}`)).body)) made.add(line);
    }
    const newer = (key: string): boolean => /softcore|belongs_to_collection/.test(key);
    expect([...keysOf([...made])].filter((key) => !newer(key)).sort()).toEqual(
      [...keysOf(recorded)].filter((key) => !newer(key)).sort(),
    );
  });

  it('for the releases of a movie', async () => {
    await start();
    const [file] = recordingsOf('movie_details').filter((name) => name.includes('release_dates'));
    const { results } = recording(file!).release_dates as { results: object[] };
    const [id] = sandbox.movieIds(0, 1);
    const { body } = await get(`/movie/${id}?${APPENDED}`);
    const made = shape(body.release_dates);
    // `descriptors` came after the recording, and is an empty array in nearly all releases.
    expect(made.sort()).toEqual(shape({ results }).sort());
  });

  it('for the genre list', async () => {
    await start();
    const recorded = recording(join('genre_movie_list', 'tmdblib-2025-12__genre_movie_list.json'));
    expect((await get('/genre/movie/list')).body).toEqual(recorded);
  });

  it('for the changes feed', async () => {
    await start();
    const recorded = recordingsOf('movie_changes_list').flatMap((file) => shape(recording(file)));
    const made = shape((await get('/movie/changes')).body).filter((line) => !line.includes('softcore'));
    expect(made.filter((line) => !line.includes('null')).sort()).toEqual(
      [...new Set(recorded)].filter((line) => !line.includes('null')).sort(),
    );
  });

  it('for a movie that does not exist and for an invalid API key', async () => {
    await start();
    const folder = recordingsOf('errors');
    const recorded = (name: string): object => recording(folder.find((file) => file.includes(name))!);
    expect((await get('/movie/999999999')).body).toEqual(recorded('404_movie_999999999.json'));
    expect((await get('/movie/popular', 'none')).body).toEqual(recorded('401_2026_nokey'));
  });

  it('for a line of the daily export', async () => {
    await start({ movies: 1_000 });
    const [recorded] = recordedLines(join('daily_export', 'QUOTED__first_lines_08_31_2026.ndjson'));
    const [made] = await dailyExport(sandbox.url);
    expect(shape(JSON.parse(made!))).toEqual(shape(recorded));
  });
});

describe('a sandbox', () => {
  it('makes the same movies from the same seed, and other movies from another seed', async () => {
    await start({ seed: 5 });
    const [id] = sandbox.movieIds(10, 1);
    const details = await get(`/movie/${id}?${APPENDED}`);
    const list = await get('/movie/popular?page=3');
    await sandbox.stop();
    await start({ seed: 5 });
    expect(await get(`/movie/${id}?${APPENDED}`)).toEqual(details);
    expect(await get('/movie/popular?page=3')).toEqual(list);
    await sandbox.stop();
    await start({ seed: 6 });
    expect(await get('/movie/popular?page=3')).not.toEqual(list);
  });

  it('names some movies on two pages of a list, as a moving ranking does', async () => {
    await start();
    const ids: number[] = [];
    for (let page = 1; page <= 10; page++) {
      const { results } = (await get(`/movie/popular?page=${page}`)).body as { results: { id: number }[] };
      ids.push(...results.map(({ id }) => id));
    }
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBeLessThan(200);
  });

  it.each([
    ['/movie/popular?page=501', 400, 22],
    ['/movie/popular?page=0', 400, 22],
    ['/movie/999999999', 404, 34],
    ['/movie/changes?start_date=2026-01-01&end_date=2026-02-01', 422, 20],
    ['/movie/changes?start_date=soon', 400, 23],
  ])('responds to %s with status %i and code %i', async (path, status, code) => {
    await start();
    expect(await get(path)).toMatchObject({ status, body: { success: false, status_code: code } });
  });

  it('rejects a request without a valid API key', async () => {
    await start();
    expect(await get('/movie/popular', 'not-a-key')).toMatchObject({ status: 401, body: { status_code: 7 } });
  });

  it('responds 429 above its rate limit, and counts requests and responses', async () => {
    await start({ rateLimit: 5 });
    const received = await Promise.all(Array.from({ length: 9 }, () => get('/movie/popular')));
    expect(received.filter(({ status }) => status === 429)).toHaveLength(4);
    expect(sandbox.counters()).toMatchObject({
      requests: 9,
      responses: { 200: 5, 429: 4 },
      requestsTo: { lists: 9 },
    });
  });

  it('serves a changes feed and a daily export of all movies', async () => {
    await start({ movies: 2_000 });
    const { body } = await get('/movie/changes?page=2');
    expect(body).toMatchObject({
      page: 2,
      results: expect.arrayContaining([{ id: expect.any(Number), adult: false, softcore: false }]),
    });
    const lines = await dailyExport(sandbox.url);
    expect(lines).toHaveLength(2_000);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      adult: false,
      id: sandbox.movieIds(0, 1)[0],
      video: false,
    });
  });

  it('serves the export of adult movies apart, and the details of each', async () => {
    await start({ movies: 90 });
    const lines = await text(exportOf(await fetch(exportUrl(sandbox.url, 0, 'adult_movie_ids'))));
    const adult = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; adult: boolean });
    expect(adult).toHaveLength(10);
    const ordinary = new Set(sandbox.movieIds(0, 90));
    expect(adult.filter((movie) => !movie.adult || ordinary.has(movie.id))).toEqual([]);
    expect(await get(`/movie/${adult[9]!.id}`)).toMatchObject({ status: 200, body: { adult: true } });
  });

  it('responds to HEAD with the date of an export, and with 403 where there is none', async () => {
    await start({ movies: 10 });
    const head = (daysAgo: number): Promise<Response> =>
      fetch(exportUrl(sandbox.url, daysAgo), { method: 'HEAD' });
    const yesterday = await head(1);
    expect(yesterday.status).toBe(200);
    expect(new Date(yesterday.headers.get('last-modified')!).toISOString()).toBe(
      `${dayBefore(1)}T07:30:00.000Z`,
    );
    expect([(await head(-1)).status, (await head(91)).status]).toEqual([403, 403]);
    sandbox.publishExports({ lastDay: dayBefore(1) });
    expect([(await head(0)).status, (await head(1)).status]).toEqual([403, 200]);
  });

  it('spoils an export on demand: cut, shrunken, duplicated, damaged or of another day', async () => {
    await start({ movies: 100 });
    sandbox.remove(sandbox.movieIds(50, 1)[0]!);
    expect(await dailyExport(sandbox.url)).toHaveLength(99);
    sandbox.publishExports({ fault: 'shrunken' });
    expect(await dailyExport(sandbox.url)).toHaveLength(96);
    sandbox.publishExports({ fault: 'duplicated' });
    const twice = await dailyExport(sandbox.url);
    expect([twice.length, new Set(twice).size]).toEqual([100, 99]);
    sandbox.publishExports({ fault: 'damaged' });
    const damaged = await dailyExport(sandbox.url);
    expect(() => damaged.map((line) => JSON.parse(line) as unknown)).toThrow(SyntaxError);
    sandbox.publishExports({ fault: 'cut' });
    await expect(dailyExport(sandbox.url)).rejects.toThrow('unexpected end of file');
    sandbox.publishExports({ fault: 'stale' });
    const { headers } = await fetch(exportUrl(sandbox.url), { method: 'HEAD' });
    expect(new Date(headers.get('last-modified')!).toISOString()).toContain(dayBefore(1));
  });

  it('serves 1.2 million movies within a heap of 32 MB', async () => {
    const program = Program.node(['--max-old-space-size=32', MAIN, '--movies', '1200000'], {
      env: {},
      cwd: tmpdir(),
    });
    try {
      const [, url] = await program.printed(/"url":"(.*?)"/);
      await start({ movies: 1_200_000 });
      const last = sandbox.movieIds(1_199_999, 1)[0];
      const details = await fetch(`${url}/movie/${last}?${APPENDED}&api_key=${'0'.repeat(32)}`);
      expect(await details.json()).toMatchObject({ id: last, title: expect.stringMatching(/\w/) });
      let lines = 0;
      for await (const line of createInterface(exportOf(await fetch(exportUrl(url!))))) {
        lines += line === '' ? 0 : 1;
      }
      expect(lines).toBe(1_200_000);
    } finally {
      program.kill('SIGTERM');
    }
    expect(await program.end()).toBe(0);
  });
});

/** @param daysAgo of the export's date */
function exportUrl(url: string, daysAgo = 0, kind = 'movie_ids'): string {
  const [year, month, day] = dayBefore(daysAgo).split('-');
  return `${new URL(url).origin}/p/exports/${kind}_${month}_${day}_${year}.json.gz`;
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function exportOf({ body }: Response): Readable {
  return Readable.fromWeb(body!).pipe(createGunzip());
}

async function dailyExport(url: string): Promise<string[]> {
  return (await text(exportOf(await fetch(exportUrl(url))))).trimEnd().split('\n');
}
