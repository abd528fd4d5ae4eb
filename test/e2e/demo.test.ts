import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { attachEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { serverPidIn } from '../support/embedded-processes.js';
import { Program } from '../support/program.js';
import { withClient } from '../support/test-server.js';

const DEMO = join(import.meta.dirname, '..', '..', 'dist', 'demo.js');

let cwd: string;
let demo: Program;
let url: string;
let occupant: Server;

jest.setTimeout(90_000);

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  occupant = createServer();
  await new Promise<void>((resolve) =>
    occupant
      .once('error', () => {
        resolve();
      })
      .listen(8000, '127.0.0.1', resolve),
  );
  // The demo must not read the environment.
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/real', TMDB_API_KEY: 'rubbish', PORT: '1' };
  demo = Program.node([DEMO], { env, cwd });
  url = (await demo.printed(/Serving at (\S+) until/))[1]!;
});

afterAll(async () => {
  demo.kill('SIGKILL');
  occupant.close();
  const cluster = await realpath(join(cwd, '.data', 'demo', 'postgres'));
  await rm(cluster, { recursive: true, maxRetries: 10 });
  await rm(cwd, { recursive: true, force: true });
});

describe('npm run demo', () => {
  it('the demo makes a SUCCESS run whose counts the sandbox confirms', async () => {
    const { body } = (await request(url).get('/pipeline/status')) as { body: unknown };
    expect(body).toMatchObject({ last_run: { status: 'SUCCESS', update_type: 'full', failed: 0 } });
    const { last_run: run } = body as { last_run: Record<string, number> };
    expect(run.enriched).toBe(run.movies_processed);
    expect(demo.stdout).toContain(`The sandbox counted ${run.tmdb_requests!.toLocaleString('en')} requests.`);
  });

  it('the demo prints one login, which works', async () => {
    const [, username, password] = /Log in as (\S+) with the password (\S+),/.exec(demo.stdout)!;
    await request(url).post('/auth/login').type('form').send({ username, password }).expect(200);
    expect(demo.stdout).not.toContain('The first user');
  });

  it('the demo uses the next port when 8000 is taken, and prints it', () => {
    expect(url).not.toContain(':8000');
    expect(demo.stdout).toContain('Port 8000 is taken');
  });

  it('the demo stores the movies that it counted', async () => {
    const { body } = (await request(url).get('/pipeline/status')) as { body: unknown };
    const { last_run: run } = body as { last_run: Record<string, number> };
    const server = await attachEmbeddedPostgres(join(cwd, '.data', 'demo'));
    try {
      const { rows } = await withClient(server.url, (client) =>
        client.query<Record<string, number>>(
          'SELECT count(*)::int AS movies, count(enriched_at)::int AS enriched FROM movies',
        ),
      );
      expect(rows).toEqual([{ movies: run.movies_processed, enriched: run.enriched }]);
    } finally {
      await server.leave();
    }
  });

  it('the demo exits with 0 on Ctrl-C, and stops its PostgreSQL and its sandbox', async () => {
    demo.kill('SIGINT');
    // The sandbox inherits standard error, so this waits for its exit too.
    expect(await demo.end()).toBe(0);
    await expect(request(url).get('/health/live')).rejects.toThrow();
    expect(await serverPidIn(join(cwd, '.data', 'demo'))).toBeNull();
  });

  it('a second demo fetches no fresh details again, and exits with 0 on Ctrl-C before it serves', async () => {
    const again = Program.node([DEMO], { env: {}, cwd });
    const { 1: movies } = await again.printed(/enriched +(\d+)/);
    expect(movies).toBe('0');
    again.kill('SIGINT');
    expect(await again.end()).toBe(0);
    expect(await serverPidIn(join(cwd, '.data', 'demo'))).toBeNull();
  });
});
