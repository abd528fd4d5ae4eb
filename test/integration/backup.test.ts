import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeBackup } from '../../src/backup/write-backup.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { readTableNames } from '../../src/database/migrations/migration-files.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let folder: string;
let source: TestDatabase;
let file: string;

const ROWS = String.raw`
  ALTER TABLE movies ADD COLUMN "My Column" numeric(10,2)[];
  INSERT INTO movies (id, title, overview, "cast", release_date, vote_average, budget, enriched_at, "My Column") VALUES
    (1, E'tab\there', E'\\.', '[{"name": "a\\nb"}]', '1999-10-15', 8.438, 9223372036854775807, now(), '{1.50,NULL}'),
    (2, E'\\.\n\\.\n', NULL, NULL, 'infinity', 'NaN', NULL, NULL, NULL),
    (3, '', E'\\N', '[]', NULL, 0.1, 0, NULL, '{}'), (-5, '千と千尋の神隠し', '🎬', 'null', NULL, NULL, NULL, NULL, NULL);
  INSERT INTO movie_categories (category, movie_id, position, seen_at) VALUES ('popular', 1, 1, now());
  INSERT INTO genres VALUES (18, 'Drama');
  INSERT INTO movie_translations (movie_id, language, region, title) VALUES (1, 'de', 'DE', 'Titel');
  INSERT INTO pipeline_runs (status, update_type, started_at) VALUES ('SUCCESS', 'quick', now()), ('RUNNING', 'daily', now());
  INSERT INTO pipeline_run_errors (run_id, code, message, occurred_at) VALUES (1, 'x', E'a\nb', now());
  INSERT INTO pipeline_users (name, password_hash, role, token_version, created_at)
    VALUES ('ann', '$argon2id$secret', 'admin', gen_random_uuid(), now());
  INSERT INTO pipeline_audit (action, details) VALUES ('user.added', '{"user": "ann"}'), ('user.added', '{}')`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-backup-'));
  source = await createTestDatabase();
  await source.query(ROWS);
  file = join(folder, 'a.backup');
  const { code, stderr, stdout } = await command(source, 'backup', file, '--json');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ file, schema_version: expect.stringMatching(/^\d{4}_/) });
});

afterAll(async () => {
  await source.drop();
  await rm(folder, { recursive: true });
});

function command(database: TestDatabase, ...args: string[]): Promise<CommandResult> {
  return runCommand(args, { env: { DATABASE_URL: database.url } });
}

/** Every table as text, by name. */
async function contents(database: TestDatabase): Promise<Record<string, string>> {
  const tables: Record<string, string> = {};
  for (const name of await readTableNames()) {
    const [row] = await database.query<{ text: string | null }>(
      `SELECT string_agg(r::text, E'\\n' ORDER BY r::text) AS text FROM "${name}" r`,
    );
    tables[name] = row?.text ?? '';
  }
  return tables;
}

async function tables(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
  );
  return row!.n;
}

describe('backup and restore', () => {
  it('a restored database equals the one that was backed up, but for runs that were active', async () => {
    const target = await createTestDatabase('empty');
    try {
      const { code, stderr, stdout } = await command(target, 'restore', file);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^\d+ rows of \d+ tables are restored, as of .*Start the service\.\n$/);
      const { pipeline_runs: runs, pipeline_run_totals: totals, ...rest } = await contents(target);
      const original = await contents(source);
      expect({ ...rest, pipeline_runs: '', pipeline_run_totals: '' }).toEqual({
        ...original,
        pipeline_runs: '',
        pipeline_run_totals: '',
      });
      expect(runs).toContain('Interrupted: the database was restored from a backup.');
      expect(totals).toBe('(FAILED,1,0,0)\n(RUNNING,0,0,0)\n(SUCCESS,1,0,0)');
      // Triggers and sequences work as before.
      await target.query(`INSERT INTO pipeline_runs (status) VALUES ('SUCCESS')`);
      await target.query(`INSERT INTO pipeline_audit (action, details) VALUES ('x', '{}')`);
      const ids = await target.query(
        'SELECT (SELECT max(id) FROM pipeline_runs) AS run, (SELECT max(id) FROM pipeline_audit)::int AS audit',
      );
      expect(ids).toEqual([{ run: 3, audit: 3 }]);
      expect((await command(target, 'status', '--json')).code).toBe(0);
    } finally {
      await target.drop();
    }
  });

  it('a backup shows the database at one time while rows are being written', async () => {
    const stop = new AbortController();
    const writer = (async (): Promise<void> => {
      for (let id = 1_000; !stop.signal.aborted; id++)
        await source.query(
          `BEGIN; INSERT INTO movies (id) VALUES (${id}); INSERT INTO pipeline_audit (action, details) VALUES ('m', '{}'); COMMIT`,
        );
    })();
    const { code } = await command(source, 'backup', join(folder, 'busy.backup'));
    stop.abort();
    await writer;
    expect(code).toBe(0);
    const target = await createTestDatabase('empty');
    try {
      await command(target, 'restore', join(folder, 'busy.backup'));
      const [row] = await target.query<{ movies: number; audit: number }>(
        `SELECT (SELECT count(*) FROM movies WHERE id >= 1000)::int AS movies,
           (SELECT count(*) FROM pipeline_audit WHERE action = 'm')::int AS audit`,
      );
      expect(row!.movies).toBe(row!.audit);
    } finally {
      await target.drop();
      await source.query(
        `DELETE FROM movies WHERE id >= 1000; DELETE FROM pipeline_audit WHERE action = 'm'`,
      );
    }
  });

  it('only its owner may read a backup, and no partial file is left beside it', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('a backup that is cancelled leaves the former one and no partial file', async () => {
    const before = await readFile(file);
    const database = await openDatabase({ url: source.url, poolSize: 2, dataDir: folder });
    const cancelled = new AbortController();
    const writing = writeBackup(database, file, cancelled.signal);
    cancelled.abort(new Error('cancelled'));
    await expect(writing).rejects.toThrow(/abort/);
    await database.close();
    expect(await readFile(file)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('a database that has tables is not restored into', async () => {
    const before = await contents(source);
    const { code, stderr } = await command(source, 'restore', file);
    expect([code, stderr]).toEqual([1, expect.stringContaining('The database is not empty')]);
    expect(await contents(source)).toEqual(before);
  });

  it.each<[string, (backup: Buffer) => Buffer, string]>([
    ['is cut off', (backup) => backup.subarray(0, backup.length / 2), 'is not a whole backup'],
    [
      'lacks its manifest',
      (backup) => edit(backup, (text) => text.replace(/\{"tables":.*\n$/, '')),
      'not whole',
    ],
    [
      'has another row than its manifest',
      (backup) => edit(backup, (text) => text.replace('Titel', 'Title')),
      'movie_translations differs',
    ],
    [
      'is of a newer version',
      (backup) => edit(backup, (text) => text.replace(/"schema_version":"\d+/, '"schema_version":"9999')),
      'newer version',
    ],
    [
      'goes on after its manifest',
      (backup) => edit(backup, (text) => `${text}more\n`),
      'goes on after its manifest',
    ],
    ['lacks the checksum at its end', (backup) => backup.subarray(0, -8), 'is not a whole backup'],
    [
      'has a statement as the type of a column',
      (backup) => edit(backup, (text) => text.replace('"numeric(10,2)[]"', '"int; CREATE TABLE mine ()"')),
      'of the type int; CREATE TABLE mine ()',
    ],
    ['is another file', () => Buffer.from('hello'), 'is not a whole backup'],
    ['is other gzip', () => gzipSync('hello\n'), 'is not a backup of movie-pipeline'],
  ])('a backup that %s is refused, and the database stays empty', async (_, change, message) => {
    const broken = join(folder, 'broken.backup');
    await writeFile(broken, change(await readFile(file)));
    const target = await createTestDatabase('empty');
    try {
      const { code, stderr } = await command(target, 'restore', broken);
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
      expect(await tables(target)).toBe(0);
    } finally {
      await target.drop();
    }
  });
});

function edit(backup: Buffer, change: (text: string) => string): Buffer {
  return gzipSync(change(gunzipSync(backup).toString()));
}
