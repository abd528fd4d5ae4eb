import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { describeRecordings, recording, recordingsOf } from '../support/recordings.js';

let sandbox: Sandbox;

afterEach(async () => {
  await sandbox.stop();
});

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await Sandbox.start(options);
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(path: string, key = '0'.repeat(32)): Promise<Answer> {
  const response = await fetch(`${sandbox.url}${path}${path.includes('?') ? '&' : '?'}api_key=${key}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Paths of all values, with their types; arrays as one. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shape(item, `${path}[]`)))];
  if (typeof value !== 'object' || value === null)
    return [value === null ? `${path}: null` : `${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

function keysOf(shapes: readonly string[]): Set<string> {
  return new Set(shapes.map((line) => line.replace(/: \w+$/, '')));
}

const APPENDED = 'append_to_response=credits,keywords,videos,similar';

describeRecordings("the sandbox in the shapes of TMDB's recorded answers", () => {
  const LISTS = [
    ['list_popular', '/movie/popular'],
    ['list_top_rated', '/movie/top_rated'],
    ['list_upcoming', '/movie/upcoming'],
    ['list_now_playing', '/movie/now_playing'],
  ] as const;

  it.each(LISTS)('%s', async (folder, path) => {
    await start();
    const recorded = recordingsOf(folder).flatMap((file) => shape(recording(file)));
    const made = shape((await ask(path)).body);
    // `softcore` is newer than the recordings.
    expect([...keysOf(made)].filter((key) => !key.endsWith('.softcore')).sort()).toEqual(
      [...keysOf(recorded)].sort(),
    );
    const surprising = made.filter((line) => !recorded.includes(line) && !/softcore|: null/.test(line));
    expect(surprising).toEqual([]);
  });

  it('details with everything appended', async () => {
    await start();
    const [file] = recordingsOf('composed');
    const recorded = keysOf(shape(recording(file!)));
    const made = new Set<string>();
    for (const id of sandbox.filmIds(0, 30)) {
      for (const line of shape((await ask(`/movie/${id}?${APPENDED}`)).body)) made.add(line);
    }
    const unknown = [...keysOf([...made])].filter(
      (key) => !recorded.has(key) && !/softcore|belongs_to_collection/.test(key),
    );
    expect(unknown).toEqual([]);
  });
});

describe('a sandbox', () => {
  it('makes the same films of the same seed, and others of another', async () => {
    await start({ seed: 5 });
    const [id] = sandbox.filmIds(10, 1);
    const first = await ask(`/movie/${id}?${APPENDED}`);
    await sandbox.stop();
    await start({ seed: 5 });
    expect(await ask(`/movie/${id}?${APPENDED}`)).toEqual(first);
    await sandbox.stop();
    await start({ seed: 6 });
    expect(await ask(`/movie/popular`)).not.toEqual(first);
  });

  it('names a film on two pages now and then, as a ranking that moves does', async () => {
    await start();
    const ids: number[] = [];
    for (let page = 1; page <= 10; page++) {
      const { results } = (await ask(`/movie/popular?page=${page}`)).body as { results: { id: number }[] };
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
  ])('answers %s with %i and code %i', async (path, status, code) => {
    await start();
    expect(await ask(path)).toMatchObject({ status, body: { success: false, status_code: code } });
  });

  it('lets nobody in without a key', async () => {
    await start();
    expect(await ask('/movie/popular', 'rubbish')).toMatchObject({ status: 401, body: { status_code: 7 } });
  });

  it('refuses what comes above its limit, and counts what it was asked', async () => {
    await start({ rateLimit: 5 });
    const answers = await Promise.all(Array.from({ length: 9 }, () => ask('/movie/popular')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
    expect(sandbox.counters()).toMatchObject({
      requests: 9,
      answers: { 200: 5, 429: 4 },
      asked: { lists: 9 },
    });
  });

  it('has a feed of changes and a daily export of every film', async () => {
    await start({ films: 2_000 });
    const { body } = await ask('/movie/changes?page=2');
    expect(body).toMatchObject({
      page: 2,
      results: expect.arrayContaining([{ id: expect.any(Number), adult: false, softcore: false }]),
    });
    const response = await fetch(`${new URL(sandbox.url).origin}/p/exports/movie_ids_08_31_2026.json.gz`);
    const lines = gunzipSync(Buffer.from(await response.arrayBuffer()))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2_000);
    expect(JSON.parse(lines[0]!)).toMatchObject({ adult: false, id: sandbox.filmIds(0, 1)[0], video: false });
  });

  it('has 1.2 million films without keeping one', async () => {
    await start({ films: 1_200_000 });
    const [last] = sandbox.filmIds(1_199_999, 1);
    expect((await ask(`/movie/${last}`)).body).toMatchObject({
      id: last,
      title: expect.stringMatching(/\w/),
    });
    expect((await ask('/movie/popular?page=500')).body).toMatchObject({ page: 500 });
  });
});
