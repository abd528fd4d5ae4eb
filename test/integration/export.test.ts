import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type ExportOptions, Exporter } from '../../src/export/exporter.js';
import { EXPORT_FORMATS, type ExportFormat, type Manifest } from '../../src/export/manifest.js';
import { publishInto } from '../../src/export/publish.js';
import { Snapshots } from '../../src/export/snapshots.js';
import { EXPORTED_TABLES, type ExportedColumn, type ExportedType } from '../../src/movies/exported-tables.js';
import { ExportRequests } from '../../src/runs/export-requests.js';
import { PrismaService } from '../../src/database/prisma.service.js';
import type { Run } from '../../src/runs/run.js';
import { runCommand } from '../support/command-line.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const MOVIES = 300;
/** Of the movies, the last of these is gone, and the two before it were not refreshed for 180 days. */
const LEFT_OUT = 3;

let service: TestApp;
let duckdb: DuckDBConnection;
let exports: string;
let folder: string;

beforeAll(async () => {
  exports = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  service = await startTestApp({ EXPORT_DIR: join(exports, 'daily'), EXPORT_KEEP: '2' }, { movies: 5 });
  await service.database.query(ODD_MOVIES);
  duckdb = await (await DuckDBInstance.create()).connect();
});

afterAll(async () => {
  duckdb.closeSync();
  await service.close();
  await rm(exports, { recursive: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(exports, 'out-'));
});

/** Values that a format may spoil. The id chooses one of each kind. */
const ODD_MOVIES = `
  WITH odd AS (SELECT ARRAY[
    'Plain', 'He said "no"', 'two' || chr(10) || 'lines', 'carriage' || chr(13) || chr(10) || 'return', 'back\\slash \\n \\N \\.',
    'semi;colon, comma' || chr(9) || 'tab', '', ' spaces ', 'مرحبا بالعالم', '🎬 👩‍👩‍👧', '千と千尋の神隠し', 'control' || chr(1) || chr(2) || chr(31),
    '\\.', 'NULL', '=1+1', '''single''', chr(8232) || chr(65279), '{"a": 1}', NULL] AS texts)
  INSERT INTO movies (id, title, overview, release_date, vote_average, vote_count, popularity, genres, "cast", crew, keywords,
    runtime, budget, revenue, similar_movie_ids, original_language, adult, collection, alternative_titles, origin_country,
    created_at, updated_at, enriched_at, gone_at)
  SELECT id, texts[1 + id % 19], texts[1 + (id + 7) % 19], date '1874-12-09' + id * 187,
    CASE WHEN id % 5 > 0 THEN id / 7.0::float8 END, nullif(id % 4, 0) * 1000, 1e-9 * id ^ 5,
    CASE id % 3 WHEN 0 THEN '[]'::jsonb WHEN 1 THEN jsonb_build_array('Drama', texts[1 + id % 18]) END,
    jsonb_build_array(jsonb_build_object('id', id, 'name', texts[1 + id % 18], 'character', NULL, 'order', 0)),
    CASE WHEN id % 2 = 0 THEN '[]'::jsonb END, jsonb_build_array(texts[1 + id % 18]), nullif(id % 200, 0),
    CASE id % 3 WHEN 0 THEN 9007199254740993 WHEN 1 THEN 9223372036854775807 - id END, nullif(id, 7)::bigint * 1000003,
    jsonb_build_array(id + 1, 2147483647), 'en', CASE id % 3 WHEN 0 THEN true WHEN 1 THEN false END,
    CASE WHEN id % 4 = 0 THEN jsonb_build_object('id', id, 'name', texts[1 + id % 18], 'poster_path', NULL) END,
    jsonb_build_array(jsonb_build_object('country', 'FR', 'title', texts[1 + id % 18], 'type', NULL)), '["US", "DE"]',
    timestamp '2020-01-01 00:00:00.000001' + id * interval '1.000003 seconds',
    CASE WHEN id = ${MOVIES - 2} THEN now() - interval '181 days' ELSE now() END,
    CASE WHEN id = ${MOVIES - 1} THEN now() - interval '181 days' WHEN id % 2 = 1 THEN now() - interval '179 days' END,
    CASE WHEN id = ${MOVIES} THEN now() END
  FROM generate_series(1, ${MOVIES}) AS movie (id), odd;
  INSERT INTO movie_translations SELECT id, 'de', 'DE', title, overview, NULL, '' FROM movies;
  INSERT INTO movie_releases SELECT id, 'US', 3, release_date, 'R', title FROM movies WHERE release_date IS NOT NULL;
  INSERT INTO movie_categories SELECT 'popular', id, id, now() FROM movies WHERE id NOT IN (${MOVIES - 2});`;

/** Sessions that export. */
const OTHER_LOCKS = `SELECT pid FROM pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const never = new AbortController().signal;

function exportTo(target: string, options: Partial<ExportOptions> = {}): Promise<Manifest> {
  return service.app
    .get(Exporter)
    .export(
      target,
      { formats: EXPORT_FORMATS, gzip: false, signal: never, ...options },
      (written, manifest) => publishInto(target, written, manifest),
    );
}

/** The bytes of each file of a folder. */
async function contents(of: string): Promise<Record<string, string>> {
  const names = await readdir(of);
  const entries = names.map(
    async (name) => [name, (await readFile(join(of, name))).toString('base64')] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

const READERS: Readonly<Record<ExportFormat, (file: string) => string>> = {
  parquet: (file) => `read_parquet('${file}')`,
  csv: (file) => `read_csv('${file}', allow_quoted_nulls = false, sample_size = -1)`,
  ndjson: (file) => `read_json('${file}', format = 'newline_delimited', maximum_depth = 2, sample_size = -1)`,
};

/** Both databases give each value in a form that JSON keeps whole. */
const COMPARED: Readonly<Record<'duckdb' | 'postgres', (name: string, type: ExportedType) => string>> = {
  duckdb: (name, type) => {
    if (type === 'timestamp') return `epoch_us("${name}")::VARCHAR AS "${name}"`;
    if (type === 'bigint' || type === 'date') return `"${name}"::VARCHAR AS "${name}"`;
    return isJson(type) ? `to_json("${name}")::VARCHAR AS "${name}"` : `"${name}"`;
  },
  postgres: (name, type) => {
    if (type === 'timestamp') return `(extract(epoch FROM "${name}") * 1000000)::bigint::text AS "${name}"`;
    if (type === 'bigint' || type === 'date') return `"${name}"::text AS "${name}"`;
    return `"${name}"`;
  },
};

function isJson(type: ExportedType): boolean {
  return type === 'json' || type.endsWith('-list');
}

/** JSON that DuckDB returns as text, or as a text that contains it. */
function parsed(row: Record<string, unknown>, columns: readonly ExportedColumn[]): Record<string, unknown> {
  const entries = columns.map(({ name, type }) => {
    let value = row[name];
    if (isJson(type)) while (typeof value === 'string') value = JSON.parse(value) as unknown;
    return [name, type === 'int' && value !== null ? Number(value) : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

async function readBack(query: string): Promise<Record<string, unknown>[]> {
  return (await duckdb.runAndReadAll(query)).getRowObjectsJson();
}

const byKey = (a: Record<string, unknown>, b: Record<string, unknown>): number =>
  Number(a.id ?? a.movie_id) - Number(b.id ?? b.movie_id);

describe('an export', () => {
  let manifest: Manifest;
  let whole: string;

  beforeAll(async () => {
    whole = await mkdtemp(join(exports, 'whole-'));
    manifest = await exportTo(whole);
  });

  it.each(EXPORTED_TABLES.flatMap((table) => EXPORT_FORMATS.map((format) => [table.name, format] as const)))(
    'DuckDB reads from %s as %s what the database has',
    async (name, format) => {
      const { columns, rows } = EXPORTED_TABLES.find((table) => table.name === name)!;
      const select = (database: 'duckdb' | 'postgres'): string =>
        columns.map((column) => COMPARED[database](column.name, column.type)).join(', ');
      const stored = await service.database.query(`SELECT ${select('postgres')} ${rows}`);
      const file = READERS[format](join(whole, `${name}.${format}`));

      const read = (await readBack(`SELECT ${select('duckdb')} FROM ${file}`)).map((row) =>
        parsed(row, columns),
      );

      expect(read.sort(byKey)).toEqual(stored.map((row) => parsed(row, columns)).sort(byKey));
      expect(read.length).toBe(manifest.files.find((each) => each.name === `${name}.${format}`)!.rows);
      expect(read.length).toBeGreaterThan(MOVIES / 2);
    },
  );

  it.each([
    [
      'parquet',
      { id: 'INTEGER', budget: 'BIGINT', release_date: 'DATE', enriched_at: 'TIMESTAMP WITH TIME ZONE' },
    ],
    ['parquet', { genres: 'VARCHAR[]', similar_movie_ids: 'INTEGER[]', cast: 'JSON', adult: 'BOOLEAN' }],
    [
      'csv',
      { id: 'BIGINT', budget: 'BIGINT', release_date: 'DATE', enriched_at: 'TIMESTAMP', adult: 'BOOLEAN' },
    ],
    ['ndjson', { id: 'BIGINT', budget: 'BIGINT', release_date: 'DATE', vote_average: 'DOUBLE' }],
  ] as const)('DuckDB finds the types of the columns in %s: %j', async (format, types) => {
    const described = await readBack(
      `DESCRIBE SELECT * FROM ${READERS[format](join(whole, `movies.${format}`))}`,
    );
    const found = Object.fromEntries(
      described.map((row) => [String(row.column_name), row.column_type] as const),
    );
    expect(found).toMatchObject(types);
  });

  it('leaves out movies that are gone or were not refreshed for 180 days, with all that belongs to them', async () => {
    const left = await readBack(
      `SELECT m.movies, t.movies AS translations, l.movies AS lists FROM
        (SELECT count(*) AS movies FROM '${whole}/movies.parquet' WHERE id > ${MOVIES - LEFT_OUT}) m,
        (SELECT count(*) AS movies FROM '${whole}/movie_translations.parquet' WHERE movie_id > ${MOVIES - LEFT_OUT}) t,
        (SELECT count(*) AS movies FROM '${whole}/lists.parquet' WHERE movie_id > ${MOVIES - LEFT_OUT}) l`,
    );
    expect(left).toEqual([{ movies: '0', translations: '0', lists: '0' }]);
    expect(manifest.files.find(({ name }) => name === 'movies.csv')!.rows).toBe(MOVIES - LEFT_OUT);
  });

  it('describes each file in the manifest with its size and SHA-256', async () => {
    expect(JSON.parse(await readFile(join(whole, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(manifest.files).toHaveLength(12);
    for (const { name, bytes, sha256 } of manifest.files) {
      const file = await readFile(join(whole, name));
      expect([name, file.length, createHash('sha256').update(file).digest('hex')]).toEqual([
        name,
        bytes,
        sha256,
      ]);
    }
    expect(manifest.schema_version).toMatch(/^\d{4}_/);
    expect(manifest.notice).toContain('machine learning');
  });

  it('has a CSV file that Excel takes for UTF-8', async () => {
    expect((await readFile(join(whole, 'movies.csv'))).subarray(0, 3).toString('hex')).toBe('efbbbf');
  });
});

it('an export with gzip compresses NDJSON and CSV, and replaces the files of the former export', async () => {
  await exportTo(folder, { formats: ['ndjson'] });
  const plain = await readFile(join(folder, 'lists.ndjson'), 'utf8');

  await exportTo(folder, { formats: ['ndjson', 'parquet'], gzip: true });

  const names = ['lists', 'movie_releases', 'movie_translations', 'movies'];
  expect(await readdir(folder)).toEqual(
    [...names.flatMap((name) => [`${name}.ndjson.gz`, `${name}.parquet`]), 'manifest.json'].sort(),
  );
  expect(gunzipSync(await readFile(join(folder, 'lists.ndjson.gz'))).toString()).toBe(plain);
});

it('an export of an empty table has its columns in every format that names them', async () => {
  await service.database.query(
    'CREATE TABLE hidden AS SELECT * FROM movie_releases; DELETE FROM movie_releases',
  );
  await exportTo(folder);
  await service.database.query('INSERT INTO movie_releases SELECT * FROM hidden; DROP TABLE hidden');

  const { columns } = EXPORTED_TABLES.find(({ name }) => name === 'movie_releases')!;
  for (const format of ['parquet', 'csv'] as const) {
    const file = READERS[format](join(folder, `movie_releases.${format}`));
    expect(await readBack(`SELECT * FROM ${file}`)).toEqual([]);
    const described = await readBack(`DESCRIBE SELECT * FROM ${file}`);
    expect(described.map((row) => row.column_name)).toEqual(columns.map(({ name }) => name));
  }
  expect(await readFile(join(folder, 'movie_releases.ndjson'), 'utf8')).toBe('');
});

describe('an export that does not end', () => {
  let before: Record<string, string>;

  // The server ends a session a moment after its connection.
  afterEach(() =>
    until(async () => (await service.database.query(OTHER_LOCKS)).length === 0, {
      deadlineMs: 10_000,
      what: 'the session of the export has ended',
    }),
  );

  beforeEach(async () => {
    await exportTo(folder, { formats: ['csv'] });
    before = await contents(folder);
  });

  it.each(['movies.csv', 'lists.ndjson', 'movie_releases.parquet'])(
    'leaves the former snapshot whole when it is aborted in %s',
    async (name) => {
      const controller = new AbortController();
      const onProgress: ExportOptions['onProgress'] = (progress) => {
        if (progress.name === name) controller.abort(new Error('stopped'));
      };
      await expect(exportTo(folder, { signal: controller.signal, onProgress })).rejects.toThrow('stopped');
      expect(await contents(folder)).toEqual(before);
    },
  );

  it.each(['movies.csv', 'movies.parquet'])(
    'leaves the former snapshot whole and names the fault when the disk refuses %s',
    async (name) => {
      const onProgress: ExportOptions['onProgress'] = (progress) => {
        // The folder that the file would be in disappears.
        if (progress.name === name && progress.bytes === 0)
          rmSync(join(folder, '.partial'), { recursive: true });
      };
      await expect(exportTo(folder, { onProgress })).rejects.toThrow(
        `The export to ${folder} failed: the folder was deleted meanwhile`,
      );
      expect(await contents(folder)).toEqual(before);
    },
  );

  it('leaves the former snapshot whole when it loses the database', async () => {
    const onProgress: ExportOptions['onProgress'] = ({ name, bytes }) => {
      if (name === 'movies.parquet' && bytes === 0) {
        void service.database.query(`SELECT pg_terminate_backend(pid) FROM (${OTHER_LOCKS}) AS export`);
      }
    };
    await expect(exportTo(folder, { onProgress })).rejects.toThrow(/terminat|not queryable/);
    expect(await contents(folder)).toEqual(before);
  });

  it('is followed by one that deletes what a killed process has left', async () => {
    await mkdir(join(folder, '.partial'));
    await writeFile(join(folder, '.partial', 'movies.csv'), 'half a fi');
    await exportTo(folder, { formats: ['csv'] });
    expect(await readdir(folder)).not.toContain('.partial');
  });

  it('refuses a second export at the same time', async () => {
    const options = { formats: ['csv'], gzip: false, signal: never } as const;
    await service.app.get(Exporter).export(folder, options, async () => {
      await expect(exportTo(`${folder}-2`)).rejects.toThrow('Another export of this database is active');
    });
  });
});

describe('movie-pipeline export', () => {
  const run = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand(['export', ...args], { env: { DATABASE_URL: service.database.url } });

  it('writes the files and prints what they contain', async () => {
    const { code, stdout, stderr } = await run('--format', 'csv,parquet', '--out', folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Writing lists.parquet (8 of 8)')]);
    expect(stdout).toMatch(/movies\.parquet\s+297\s/);
    expect((await stat(join(folder, 'manifest.json'))).isFile()).toBe(true);
  });

  it('prints the manifest as JSON', async () => {
    const { stdout, stderr } = await run('--format', 'ndjson', '--out', folder, '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      folder,
      files: [{ name: 'movies.ndjson', rows: 297 }, {}, {}, {}],
    });
  });

  it('refuses an unknown format', async () => {
    const { code, stderr } = await run('--format', 'xlsx', '--out', folder);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('comma-separated list of ndjson, csv, parquet'),
    ]);
  });
});

describe('with EXPORT_DIR', () => {
  const runOf = (changes: Partial<Run>): Run =>
    ({ id: 4711, updateType: 'daily', status: 'SUCCESS', ...changes }) as Run;
  const end = (run: Run): Promise<void> =>
    service.app.get(ExportRequests).after(run, service.app.get(PrismaService));
  const jobs = (): Promise<{ state: string }[]> =>
    service.database.query(`SELECT state FROM movie_pipeline_jobs.job WHERE name = 'export'`);

  it.each([{ status: 'PARTIAL' }, { status: 'FAILED' }, { updateType: 'quick' }] as const)(
    'a run with %j requests no snapshot',
    async (changes) => {
      await end(runOf(changes));
      expect(await jobs()).toEqual([]);
    },
  );

  it('a successful daily run writes a snapshot, and the last EXPORT_KEEP are kept', async () => {
    const daily = join(exports, 'daily');
    for (const old of ['20200101T000000Z', '20200102T000000Z']) {
      await mkdir(join(daily, old), { recursive: true });
      await exportTo(join(daily, old), { formats: ['csv'] });
    }
    await mkdir(join(daily, 'mine'));

    await end(runOf({}));
    await until(async () => (await jobs()).every(({ state }) => state === 'completed'), {
      deadlineMs: 30_000,
      what: 'the export of the run has ended',
    });

    const [newest, other] = await service.app.get(Snapshots).list();
    expect(other!.name).toBe('20200102T000000Z');
    expect(newest!.manifest.files).toHaveLength(12);
    expect(await readdir(daily)).toEqual(['20200102T000000Z', newest!.name, 'mine']);
  });

  describe('the API', () => {
    let snapshot: string;
    let url: string;
    let file: Buffer;

    beforeAll(async () => {
      snapshot = '20200102T000000Z';
      url = `${service.url}/exports/${snapshot}/movies.csv`;
      file = await readFile(join(exports, 'daily', snapshot, 'movies.csv'));
    });

    it('lists the snapshots, newest first', async () => {
      const { body } = (await service.get('/exports')) as {
        body: { snapshot: string; files: { url: string }[] }[];
      };
      expect(body.map((each) => [each.snapshot, each.files.length])).toEqual([
        [expect.any(String), 12],
        [snapshot, 4],
      ]);
      expect(body[1]!.files[0]!.url).toBe(`/exports/${snapshot}/movies.csv`);
    });

    it('sends a file with its SHA-256 as ETag', async () => {
      const response = await fetch(url);
      expect(Buffer.from(await response.arrayBuffer()).equals(file)).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'accept-ranges': 'bytes',
        'cache-control': 'public, max-age=60',
        'content-disposition': 'attachment; filename="movies.csv"',
        'content-type': 'text/csv; charset=utf-8',
        etag: `"${createHash('sha256').update(file).digest('hex')}"`,
      });
    });

    it('sends the manifest', async () => {
      const { body } = await service.get(`/exports/${snapshot}/manifest.json`);
      expect(body).toMatchObject({ files: [{ name: 'movies.csv' }, {}, {}, {}] });
    });

    it('answers 304 for the file that the client has', async () => {
      const { headers } = await fetch(url, { method: 'HEAD' });
      const again = await fetch(url, { headers: { 'If-None-Match': headers.get('etag')! } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    });

    it('sends the part that a range names, if the file is still the same', async () => {
      const part = await fetch(url, { headers: { Range: 'bytes=10-29' } });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-29/${file.length}`]);
      expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(10, 30))).toBe(true);
      const other = await fetch(url, { headers: { Range: 'bytes=10-29', 'If-Range': '"another"' } });
      expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, file.length]);
    });

    it('answers 416 with a problem for a range behind the end', async () => {
      const response = await fetch(url, { headers: { Range: `bytes=${file.length}-` } });
      expect([response.status, response.headers.get('content-range')]).toEqual([
        416,
        `bytes */${file.length}`,
      ]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': expect.stringContaining('application/problem+json'),
        'cache-control': 'no-store',
      });
      expect(response.headers.get('etag')).toBeNull();
    });

    it.each([
      '/exports/20200102T000000Z/nothing.csv',
      '/exports/20200101T000000Z/movies.csv',
      '/exports/mine/manifest.json',
      '/exports/20200102T000000Z/..%2F20200102T000000Z%2Fmovies.csv',
      '/exports/..%2Fdaily%2F20200102T000000Z/movies.csv',
      '/exports/20200102T000000Z/%2e%2e%2fmine',
      '/exports/20200102T000000Z/movies.csv%00',
      '/exports/20200102T000000Z/..%5Cmanifest.json',
      '/exports/20200102T000000Z/.',
      '/exports/%2e%2e/%2e%2e',
    ])('answers 404 to %s', async (path) => {
      await service.get(path, 404);
    });
  });
});
