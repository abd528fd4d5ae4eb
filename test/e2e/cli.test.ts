import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { Program } from '../support/program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let sandbox: Sandbox;
let database: TestDatabase;
let cwd: string;
let env: Record<string, string>;

beforeAll(async () => {
  sandbox = await Sandbox.start({ movies: 500, people: 3 });
  database = await createTestDatabase();
  cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  env = {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: sandbox.url,
    TMDB_REQUESTS_PER_SECOND: '100000',
    DATABASE_URL: database.url,
    JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
    PORT: '0',
    SCHEDULER_ENABLED: 'false',
  };
});

afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(cwd, { recursive: true });
});

const started: Program[] = [];

afterEach(() => {
  sandbox.setFaults({});
  for (const program of started.splice(0)) program.kill('SIGKILL');
});

function start(command: string, extra: Record<string, string> = {}): Program {
  const program = Program.start(command.split(' '), { env: { ...env, ...extra }, cwd });
  started.push(program);
  return program;
}

function done(command: string, extra: Record<string, string> = {}): Promise<CommandResult> {
  return runCommand(command.split(' '), { env: { ...env, ...extra }, cwd });
}

const SMALL = 'run --categories popular --pages 2 --no-trending';

describe('a run on the command line', () => {
  it('a successful run exits with 0, and prints plain progress lines and a table', async () => {
    const { code, stdout, stderr } = await done(`${SMALL} --enrich --max-enrichment 10`);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^popular +█+ +2\/2 pages +40 movies$/m);
    expect(stderr).toMatch(/^enrichment +█+ +10\/10 movies$/m);
    expect(stdout).toMatch(/^enriched +10$/m);
    expect(stdout).toMatch(/^Run \d+ \(custom\): SUCCESS in /m);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('a run with --json prints one JSON object and nothing else', async () => {
    const program = start(`${SMALL} --no-enrich --json`);
    expect(await program.end()).toBe(0);
    expect(JSON.parse(program.stdout)).toMatchObject({
      status: 'SUCCESS',
      update_type: 'custom',
      sources: [{ source: 'popular' }],
    });
    expect(program.stderr).toBe('');
  });

  it('a run with a failed movie exits with 3', async () => {
    const [bad] = sandbox.movieIds(1, 1);
    await database.query('DELETE FROM movies');
    await database.query(`ALTER TABLE movies ADD CONSTRAINT bad CHECK (id <> ${bad})`);
    const { code, stdout } = await done(`${SMALL} --no-enrich`);
    await database.query('ALTER TABLE movies DROP CONSTRAINT bad');
    expect(code).toBe(3);
    expect(stdout).toContain(`movie ${bad}: `);
  });

  it('a run with a rejected key exits with 1, and names the variable', async () => {
    sandbox.revokeKey();
    const { code, stdout } = await done(SMALL);
    sandbox.allowKey();
    expect(code).toBe(1);
    expect(stdout).toContain('Check TMDB_API_KEY');
  });

  it.each([
    ['run weekly', 'Allowed choices are quick, daily, full'],
    ['run --pages 501', 'whole number from 1 to 500'],
    ['run quick --pages 2', 'takes no options of a custom run'],
    ['fly', "unknown command 'fly'"],
  ])('%s is wrong usage and exits with 2', async (command, why) => {
    const program = start(command);
    expect(await program.end()).toBe(2);
    expect(program.stderr).toContain(why);
  });

  it('a run exits with 130 on Ctrl-C, and a second run meanwhile exits with 4 and names the first', async () => {
    sandbox.setFaults({ hung: 1 });
    const program = start('run quick --json');
    await until(() => sandbox.counters().faults.hung !== undefined, {
      deadlineMs: 30_000,
      what: 'the run waits for the sandbox',
    });
    const second = await done('run full');
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/^Run \d+ \(quick\) has been active since /);
    program.kill('SIGINT');
    expect(await program.end()).toBe(130);
    expect(JSON.parse(program.stdout)).toMatchObject({ status: 'CANCELLED' });
    sandbox.setFaults({});
    expect((await done(`${SMALL} --no-enrich`)).code).toBe(0);
  });
});

describe('a run that TMDB asks to pause', () => {
  it('a run that TMDB pauses reports the pause in its output and in the status', async () => {
    sandbox.setFaults({ tooMany: 1 });
    const program = start('run quick');
    const pause = /TMDB asked for a pause \(429\); requests resume in \d+ s\./;
    await program.printed(pause);
    await until(async () => pause.test((await done('status')).stdout), {
      deadlineMs: 30_000,
      what: 'the status reports the pause',
    });
    program.kill('SIGINT');
    expect(await program.end()).toBe(130);
    // The pause outlives the run, and would delay the next.
    await database.query('DELETE FROM tmdb_rate_limit');
  });
});

describe('commands that look', () => {
  it('status and runs print text and JSON', async () => {
    expect((await done('status')).stdout).toMatch(/^running +no$/m);
    expect(JSON.parse((await done('status --json')).stdout)).toMatchObject({ is_running: false });
    expect((await done('runs --limit 2 --status success')).stdout).toMatch(/SUCCESS/);
    expect(JSON.parse((await done('runs --limit 2 --json')).stdout)).toHaveLength(2);
  });

  it('status needs no key', async () => {
    expect((await done('status', { TMDB_API_KEY: '' })).code).toBe(0);
  });

  it('jobs prints the schedules, and scheduler stops and starts them for every process', async () => {
    expect((await done('jobs')).stdout).toMatch(
      /^daily_update +Daily Update \(All Categories\) +0 3 \* \* \* +UTC +\d{4}-\d\d-\d\d 03:00:00 +none$/m,
    );
    expect((await done('scheduler stop')).stdout).toBe('The schedules are stopped.\n');
    expect(JSON.parse((await done('jobs --json')).stdout)).toMatchObject([
      { id: 'quick_update', next_run: null },
      { id: 'daily_update', next_run: null },
      { id: 'weekly_enrichment', next_run: null },
    ]);
    expect((await done('doctor')).stdout).toMatch(/^! schedules +Stopped\. Start them: npx/m);
    expect(JSON.parse((await done('scheduler start --json')).stdout)).toEqual({
      message: 'The schedules are running.',
      scheduler_running: true,
    });
    expect((await done('status')).stdout).toMatch(/^next run +\w+, \d{4}-\d\d-\d\d \d\d:00:00$/m);
  });

  it('migrate reports that there is nothing to do', async () => {
    const { code, stdout } = await done('migrate');
    expect([code, stdout]).toEqual([0, 'Nothing to do: all migrations are applied.\n']);
  });

  it('migrate --json prints the applied migrations and nothing else', async () => {
    const empty = await createTestDatabase('empty');
    const { code, stdout, stderr } = await done('migrate --json', { DATABASE_URL: empty.url });
    await empty.drop();
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      upgradedLegacy: false,
      applied: expect.arrayContaining(['0001_movie_pipeline']),
    });
  });

  it('doctor prints one line for each check', async () => {
    const { code, stdout } = await done('doctor');
    expect(code).toBe(0);
    for (const check of [
      'environment',
      'key',
      'database',
      'migrations',
      'schedules',
      'last run',
      'freshness',
      'failing',
    ]) {
      expect(stdout).toMatch(new RegExp(`^[✓!] ${check}`, 'm'));
    }
  });

  it('failing prints the failing movies, and doctor counts them', async () => {
    expect((await done('failing')).stdout).toBe('No movie failed twice or more in a row.\n');
    await database.query(`
      INSERT INTO movies (id, title, enrich_failures, enrich_tried_at, enrich_retry_at)
      VALUES (-1, E'Bell\\u0007', 5, '2026-09-01 12:00Z', '2026-09-01 20:00Z')`);
    expect((await done('failing')).stdout).toMatch(
      /^-1 +Bell +5 +2026-09-01 12:00:00 +2026-09-01 20:00:00$/m,
    );
    expect(JSON.parse((await done('failing --limit 1 --json')).stdout)).toEqual([
      expect.objectContaining({ movie_id: -1, failures: 5, last_error: null }),
    ]);
    expect((await done('failing --limit 101')).code).toBe(2);
    expect((await done('doctor')).stdout).toMatch(
      /^! failing +1 movie failed twice or more in a row\. .*npx movie-pipeline failing$/m,
    );
    await database.query('DELETE FROM movies WHERE id = -1');
  });

  it('gone lists the movies that TMDB no longer has, from behind an id on', async () => {
    expect((await done('gone')).stdout).toBe('There are no further movies that are gone.\n');
    await database.query(
      `INSERT INTO movies (id, gone_at) VALUES (70001, '2026-09-01 12:00Z'), (70002, '2026-09-01 12:00Z')`,
    );
    expect((await done('gone')).stdout).toMatch(/^70001 +2026-09-01 12:00:00$/m);
    expect(JSON.parse((await done('gone --after 70001 --json')).stdout)).toEqual([
      { movie_id: 70002, gone_at: '2026-09-01T12:00:00.000Z' },
    ]);
    await database.query('DELETE FROM movies WHERE id IN (70001, 70002)');
  });

  it('doctor exits with 1 when TMDB rejects the key', async () => {
    sandbox.revokeKey();
    const { code, stdout } = await done('doctor --json');
    sandbox.allowKey();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({
        check: 'key',
        verdict: 'fault',
        detail: expect.stringContaining('TMDB_API_KEY'),
      }),
    );
  });
});

describe('the schedules without HTTP', () => {
  it('schedulers of several processes make one run for a missed occurrence', async () => {
    await done('jobs');
    await database.query(`
      UPDATE scheduler_state SET changed_at = now() - interval '1 day';
      UPDATE scheduler_jobs SET changed_at = now() - interval '1 day', timezone = 'UTC', enabled = id = 'quick_update',
        cron = to_char(now() AT TIME ZONE 'UTC' - interval '10 minutes', 'FMMI FMHH24 * * *')`);
    const scheduler = { SCHEDULER_ENABLED: 'true' };
    const processes = [1, 2].map(() => start('scheduler', scheduler));
    await Promise.race(processes.map((process) => process.printed(/"occurrence\.fired"/)));
    await Promise.race(processes.map((process) => process.printed(/"run\.left"/)));
    for (const process of processes) {
      await process.printed(/"service\.started"/);
      process.kill('SIGTERM');
      expect(await process.end()).toBe(0);
    }
    const runs = await database.query(
      `SELECT r.status, r.update_type, r.late_seconds >= 600 AS late FROM scheduler_occurrences s JOIN pipeline_runs r ON r.id = s.run_id`,
    );
    expect(runs).toEqual([{ status: 'SUCCESS', update_type: 'quick', late: true }]);
  });
});

describe('the environment', () => {
  it('an invalid environment exits with 2, and the message names every variable and no secret', async () => {
    const { code, stderr } = await done('run quick', { TMDB_API_KEY: 'hunter2', PORT: 'x' });
    expect(code).toBe(2);
    expect(stderr).toContain('TMDB_API_KEY must be');
    expect(stderr).toContain('PORT must be');
    expect(stderr).not.toContain('hunter2');
  });

  it('a command reads .env', async () => {
    await writeFile(join(cwd, '.env'), 'LOG_LEVEL=loud\n');
    const { code, stderr } = await done('status', { LOG_LEVEL: '' });
    await rm(join(cwd, '.env'));
    expect(code).toBe(2);
    expect(stderr).toContain('LOG_LEVEL must be one of');
  });

  it('a command names a log file that cannot be written', async () => {
    const { code, stderr } = await done('status', { LOG_FILE: '/proc/nowhere/x.log' });
    expect(code).toBe(1);
    expect(stderr).toContain("LOG_FILE can't be written");
  });

  it('a command names a database that it cannot reach, without the password', async () => {
    const { code, stderr } = await done('status', {
      DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/movies',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Can't use the database at 127\.0\.0\.1:1\/movies: it accepts no connections\. .*\n$/,
    );
    expect(stderr).not.toContain('hunter2');
  });
});
