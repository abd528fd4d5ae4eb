import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { serverPidIn } from '../support/embedded-processes.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';

/** The service and its commands share one embedded database. */
let sandbox: Sandbox;
let cwd: string;

beforeAll(async () => {
  sandbox = await Sandbox.start({ movies: 500, people: 3 });
  cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
});

afterAll(async () => {
  await sandbox.stop();
  const cluster = await realpath(join(cwd, '.data', 'postgres'));
  await rm(cluster, { recursive: true, maxRetries: 10 });
  await rm(cwd, { recursive: true });
});

const started: Program[] = [];

afterEach(async () => {
  sandbox.setFaults({});
  for (const program of started.splice(0)) {
    program.kill('SIGTERM');
    await program.end();
  }
});

function environment(): Record<string, string> {
  return {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: sandbox.url,
    TMDB_REQUESTS_PER_SECOND: '100000',
    PORT: '0',
    DATA_DIR: join(cwd, '.data'),
  };
}

function start(...args: string[]): Program {
  const program = Program.start(args, { env: environment(), cwd });
  started.push(program);
  return program;
}

function done(...args: string[]): Promise<CommandResult> {
  return runCommand(args, { env: environment(), cwd });
}

const STARTED = /"event":"service\.started"/;

function serverPid(): Promise<number | null> {
  return serverPidIn(join(cwd, '.data'));
}

/** Makes the sandbox answer nothing. */
function hangSandbox(): void {
  sandbox.reset();
  sandbox.setFaults({ hung: 1 });
}

/** Resolves when a run waits for the sandbox. */
function midRun(): Promise<void> {
  return until(() => sandbox.counters().faults.hung !== undefined, {
    deadlineMs: 30_000,
    what: 'a run waits for the sandbox',
  });
}

describe('commands beside a running service', () => {
  it('commands beside a running service use its embedded database, and leave it running', async () => {
    const service = start('serve');
    await service.printed(STARTED);
    const run = await done('run', 'quick', '--json');
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(JSON.parse((await done('status', '--json')).stdout)).toMatchObject({
      is_running: false,
      last_run: { status: 'SUCCESS', movies_processed: (JSON.parse(run.stdout) as Run).movies_processed },
    });
    expect((await done('doctor')).code).toBe(0);
    expect(await serverPid()).not.toBeNull();
    service.kill('SIGINT');
    expect(await service.end()).toBe(0);
    expect(await serverPid()).toBeNull();
  });

  it('the command cancel ends a run of another process', async () => {
    hangSandbox();
    const run = start('run', 'quick', '--json');
    await midRun();
    const { current_run: current } = JSON.parse((await done('status', '--json')).stdout) as Status;
    expect(await done('cancel', String(current!.run_id))).toMatchObject({ code: 0 });
    expect(await run.end()).toBe(130);
    expect(JSON.parse(run.stdout)).toMatchObject({ id: current!.run_id, status: 'CANCELLED' });
  });

  it('the command cancel reports an unknown run', async () => {
    expect(await done('cancel', '4711')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no run 4711\./),
    });
  });
});

interface Run {
  readonly movies_processed: number;
}

interface Status {
  readonly current_run: { readonly run_id: number } | null;
}

describe('a service that shuts down', () => {
  it.each([
    ['serve', 'SIGTERM'],
    ['worker', 'SIGINT'],
    ['scheduler', 'SIGTERM'],
  ] as const)('the command %s exits with 0 after %s, and stops its database', async (command, signal) => {
    const service = start(command);
    await service.printed(STARTED);
    service.kill(signal);
    expect(await service.end()).toBe(0);
    expect(await serverPid()).toBeNull();
    expect(service.stderr).toBe('');
  });

  it('a service that is shut down during its start exits with 0, and stops its database', async () => {
    const service = start('serve');
    await until(async () => (await serverPid()) !== null, {
      deadlineMs: 30_000,
      what: 'the database starts',
    });
    service.kill('SIGINT');
    expect(await service.end()).toBe(0);
    expect(await serverPid()).toBeNull();
  });
});

describe('a run', () => {
  it('a killed run is finished by the next run command, before its own run', async () => {
    hangSandbox();
    const killed = start('run', 'quick');
    await midRun();
    killed.kill('SIGKILL');
    expect(await killed.end()).toBe('SIGKILL');
    sandbox.setFaults({});
    expect((await done('run', 'quick')).code).toBe(0);
    expect(JSON.parse((await done('runs', '--limit', '2', '--json')).stdout)).toMatchObject([
      { status: 'SUCCESS', times_resumed: 0 },
      { status: 'SUCCESS', times_resumed: 1 },
    ]);
    expect(await serverPid()).toBeNull();
  });

  it('a run finishes when its output is closed', async () => {
    const unread = start('run', 'quick');
    unread.hangUp();
    expect(await unread.end()).toBe(0);
    expect(await serverPid()).toBeNull();
    expect(JSON.parse((await done('runs', '--limit', '1', '--json')).stdout)).toMatchObject([
      { status: 'SUCCESS' },
    ]);
  });
});
