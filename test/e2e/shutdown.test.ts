import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Draining } from '../../src/common/draining.js';
import { Program } from '../support/program.js';
import { startTestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let cwd: string;
const programs: Program[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
});

afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await database.drop();
  await rm(cwd, { recursive: true });
});

async function start(): Promise<{ program: Program; url: string }> {
  const started = Program.start(['serve'], {
    env: {
      DATABASE_URL: database.url,
      JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
      PORT: '0',
      LOG_LEVEL: 'debug',
    },
    cwd,
  });
  programs.push(started);
  const [, url = ''] = await started.printed(/"event":"http\.listening","url":"([^"]+)"/);
  return { program: started, url };
}

describe('a service that shuts down', () => {
  it('a service that shuts down reports that it is not ready, and closes each connection', async () => {
    const service = await startTestApp();
    service.app.get(Draining).begin();
    const { body, headers } = await service.get('/health/ready', 503);
    const alive = await service.get('/health/live');
    await service.close();
    expect(headers.connection).toBe('close');
    expect(body).toMatchObject({
      status: 503,
      detail: expect.stringContaining('Unhealthy: service.'),
      checks: { service: { status: 'down', message: 'This process is shutting down.' } },
    });
    expect(alive.status).toBe(200);
  });

  it('a service that shuts down exits with 0 although a client keeps a connection open', async () => {
    const { program, url } = await start();
    const agent = new Agent({ keepAlive: true });
    await request(url).get('/health/live').agent(agent).expect(200);
    program.kill('SIGTERM');
    expect(await program.end()).toBe(0);
    agent.destroy();
  });

  it('a service exits with 0 when one Ctrl-C arrives twice', async () => {
    const { program, url } = await start();
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.on('error', () => undefined).write('GET / HTTP/1.1\r\n');
    program.kill('SIGINT');
    // The system merges signals that are sent at the same time.
    await sleep(20);
    program.kill('SIGINT');
    expect(await program.end()).toBe(0);
    slow.destroy();
  });

  it('a second signal ends a service at once', async () => {
    const { program, url } = await start();
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.on('error', () => undefined).write('GET / HTTP/1.1\r\n');
    program.kill('SIGTERM');
    program.kill('SIGINT');
    expect(await program.end()).toBe(130);
    slow.destroy();
  });
});

const SCRIPT = '/usr/bin/script';
const withTerminal = existsSync(SCRIPT) ? it : it.skip;

describe('a service on a terminal', () => {
  withTerminal(
    `a service on a terminal prints readable lines, where to look, and last the password of the first user${existsSync(SCRIPT) ? '' : ` (skipped: there is no ${SCRIPT})`}`,
    async () => {
      const empty = await createTestDatabase();
      const command = `exec ${process.execPath} ${join(import.meta.dirname, '../../bin/movie-pipeline.js')} serve`;
      const program = Program.command(SCRIPT, ['-qefc', command, '/dev/null'], {
        env: {
          DATABASE_URL: empty.url,
          JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
          PORT: '0',
          NO_COLOR: '1',
        },
        cwd,
      });
      programs.push(program);
      const [, url = '', password = ''] = await program.printed(
        /serves at (\S+) until Ctrl-C[^]*name admin, password (\S+)\s*$/,
      );
      await request(url).post('/auth/login').send({ username: 'admin', password }).expect(200);
      program.write('\u0003');
      expect(await program.end()).toBe(0);
      await empty.drop();
      expect(program.stdout).toContain(`${url}/docs `);
      expect(program.stdout).toMatch(/^\d\d:\d\d:\d\d INFO  Http http\.listening url=/m);
      expect(program.stdout).not.toMatch(/^\{/m);
    },
  );
});

describe('the log', () => {
  let service: { program: Program; url: string };

  beforeAll(async () => {
    service = await start();
  });

  it('the log has one line for each request, with its id and without its query', async () => {
    const { program, url } = service;
    await request(url).get('/pipeline/runs/7?token=secret').set('X-Request-Id', 'mine').expect(404);
    await request(url).get('/health/live').set('X-Request-Id', 'probe');
    const [line = ''] = await program.printed(/^.*"requestId":"mine".*"http\.request".*$/m);
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      method: 'GET',
      path: '/pipeline/runs/7',
      status: 404,
      ms: expect.any(Number),
    });
    const [probe = ''] = await program.printed(/^.*"requestId":"probe".*"http\.request".*$/m);
    expect(JSON.parse(probe)).toMatchObject({ level: 'debug', path: '/health/live' });
    expect(program.stdout).not.toContain('secret');
  });

  it('the log has the internal error of a 500 under the id of its response, which shows no internals', async () => {
    const { program, url } = service;
    await database.query('ALTER TABLE pipeline_runs RENAME TO hidden');
    const { status, text, headers } = await request(url).get('/pipeline/runs').set('X-Request-Id', 'broken');
    await database.query('ALTER TABLE hidden RENAME TO pipeline_runs');
    expect([status, headers['x-request-id']]).toEqual([500, 'broken']);
    expect(text).not.toMatch(/pipeline_runs|prisma|select/i);
    const [line = ''] = await program.printed(/^.*"request\.failed".*$/m);
    expect(JSON.parse(line)).toMatchObject({ level: 'error', requestId: 'broken' });
    expect(line).toContain('pipeline_runs');
  });
});
