import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let sandbox: Sandbox;
let database: TestDatabase;

beforeAll(async () => {
  sandbox = await Sandbox.start({ movies: 200 });
  database = await createTestDatabase();
});

afterAll(async () => {
  await sandbox.stop();
  await database.drop();
});

function command(line: string): Promise<CommandResult> {
  const env = {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: sandbox.url,
    TMDB_REQUESTS_PER_SECOND: '100000',
    DATABASE_URL: database.url,
    JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
  };
  return runCommand(line.split(' '), { env });
}

const REASON = `The first reason. ${'And another. '.repeat(20)}The end.`;

describe('the sources of a run that has ended', () => {
  it('a FAILED run reports each source that it did not complete as failed or partial', async () => {
    sandbox.revokeKey();
    const { code, stdout } = await command(
      'run --categories popular,upcoming --no-trending --no-enrich --json',
    );
    sandbox.allowKey();
    expect(code).toBe(1);
    const { sources } = JSON.parse(stdout) as { sources: object[] };
    expect(sources).toEqual(
      ['popular', 'upcoming'].map((source) =>
        expect.objectContaining({
          source,
          status: 'failed',
          error: 'The run ended before this source was complete.',
        }),
      ),
    );
    const stored = await database.query('SELECT sources FROM pipeline_runs ORDER BY id DESC LIMIT 1');
    expect(stored).toEqual([{ sources }]);
  });

  it('a run that crashed its worker keeps the sources that its progress named last', async () => {
    const report = {
      source: 'popular',
      pages_planned: 3,
      pages_fetched: 1,
      movies: 20,
      status: 'fetching',
      error: null,
    };
    const progress = {
      at: '2026-09-01T00:00:00.000Z',
      stage: 'collecting',
      sources: [report],
      enrichment: null,
    };
    const [run] = await database.query(
      `INSERT INTO pipeline_runs (run_date, status, update_type, started_at, leaseholder, worker_deaths, progress, options, source_categories)
       SELECT now(), 'RUNNING', 'quick', now(), gen_random_uuid(), 2, $1, options, '["popular"]' FROM pipeline_runs LIMIT 1 RETURNING id`,
      [JSON.stringify(progress)],
    );
    expect(run).toEqual({ id: expect.any(Number) });
    // Its command finishes the run that was interrupted first.
    expect((await command('run --categories popular --pages 1 --no-trending --no-enrich')).code).toBe(0);
    const { stdout } = await command(`runs ${String(run!.id)} --json`);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'FAILED',
      sources: [{ source: 'popular', status: 'partial', pages_fetched: 1 }],
    });
  });
});

describe('the command "runs"', () => {
  it('"runs" marks a reason that it cuts with an ellipsis and names "runs ID", which prints it whole', async () => {
    const [run] = await database.query(
      `UPDATE pipeline_runs SET error_message = $1 WHERE id = (SELECT max(id) FROM pipeline_runs) RETURNING id`,
      [REASON],
    );
    const list = await command('runs --limit 1');
    expect(list.stdout).toMatch(/ The first reason\. And another\. .{28}…\n/);
    expect(list.stdout).toMatch(/\nOne run with its whole message: npx movie-pipeline runs ID\n$/);
    const one = await command(`runs ${String(run!.id)}`);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain(REASON);
    for (const line of [
      /^queued +\d{4}-\d\d-\d\d /m,
      /^by +cli, \w+/m,
      /^popular +1 +20 +done$/m,
      /^  new +20$/m,
    ])
      expect(one.stdout).toMatch(line);
  });

  it('"runs ID" prints every recorded failure on one line, and with --json what the API answers', async () => {
    await database.query(`
      INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
      SELECT max(r.id), n, 'server_error', E'TMDB\\nfailed \\u001b[31m' || n, now() FROM pipeline_runs r, generate_series(1, 30) n GROUP BY n`);
    const [{ id }] = (await database.query('SELECT max(id) AS id FROM pipeline_runs')) as [{ id: number }];
    const { stdout } = await command(`runs ${id}`);
    expect(stdout.match(/^  movie \d+: TMDB failed  \[31m\d+$/gm)).toHaveLength(30);
    const json = JSON.parse((await command(`runs ${id} --json`)).stdout) as { errors: object[] };
    expect(json).toMatchObject({ id, status: 'SUCCESS', error_message: REASON });
    expect(json.errors).toHaveLength(30);
  });

  it.each([
    ['runs 4711', 1, 'There is no run 4711.'],
    ['runs 0', 2, 'whole number from 1 to 2147483647'],
    ['runs 1 --limit 5', 2, 'remove --limit and --status, or the id'],
  ])('"%s" exits with %d and names the fault', async (line, code, why) => {
    const result = await command(line);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toContain(why);
  });
});

it('"run catalogue" without CATALOGUE=all queues nothing, and the message names the variable', async () => {
  const before = await database.query('SELECT id FROM pipeline_runs');
  const { code, stderr } = await command('run catalogue');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('CATALOGUE=all') });
  expect(await database.query('SELECT id FROM pipeline_runs')).toEqual(before);
});
