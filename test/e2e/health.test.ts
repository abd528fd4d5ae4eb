import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { passTime } from '../support/pass-time.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let service: TestApp;

/** A proxy in front of the database, which a test can cut. */
const sockets = new Set<Socket>();
const proxy = createServer((client) => {
  const { hostname, port } = new URL(database.url);
  const server = connect(Number(port || 5432), hostname);
  for (const socket of [client, server]) {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
  }
  client.pipe(server).pipe(client);
});

beforeEach(() => {
  passTime(service.app, 2_000);
});

beforeAll(async () => {
  database = await createTestDatabase();
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(database.url);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  service = await startTestApp({ DATABASE_URL: url.href });
});

afterAll(async () => {
  await service.close();
  cut();
  await database.drop();
});

function cut(): void {
  proxy.close();
  for (const socket of sockets) socket.destroy();
}

describe('GET /health', () => {
  it('a service that has all it needs is healthy', async () => {
    const { body } = await service.get('/health');
    expect(body).toMatchObject({
      status: 'ok',
      details: {
        service: { status: 'up' },
        database: { status: 'up', responseTime: expect.any(Number) },
        migrations: { status: 'up' },
        tmdb: { status: 'up' },
        last_run: { status: 'up', message: 'There are no runs yet.' },
      },
    });
  });

  it('a service that cannot read its runs is degraded and still ready', async () => {
    await database.query('ALTER TABLE pipeline_runs RENAME TO hidden');
    const full = await service.get('/health');
    const ready = await service.get('/health/ready');
    await database.query('ALTER TABLE hidden RENAME TO pipeline_runs');
    expect([full.status, ready.status]).toEqual([200, 200]);
    expect(full.body).toMatchObject({ status: 'degraded', details: { last_run: { status: 'degraded' } } });
    expect(full.text).not.toMatch(/pipeline_runs|relation/);
  });

  it('a service is not ready while a migration is pending', async () => {
    await database.query(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '0002%'`,
    );
    const { body } = await service.get('/health/ready', 503);
    await database.query(
      `UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name LIKE '0002%'`,
    );
    expect(body).toMatchObject({ checks: { database: { status: 'up' }, migrations: { status: 'down' } } });
  });

  it('a service without its database is alive, not ready, and quotes no error of the database', async () => {
    cut();
    const ready = await service.get('/health/ready', 503);
    await service.get('/health', 503);
    await service.get('/health/live');
    expect(ready.headers['content-type']).toContain('application/problem+json');
    expect(ready.body).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Unhealthy: database, migrations. See "checks", or run: npx movie-pipeline doctor',
      checks: {
        service: { status: 'up' },
        database: { status: 'down', message: 'The database does not respond.' },
        migrations: {
          status: 'down',
          message: 'The database does not respond, or does not fit this version.',
        },
        tmdb: { status: 'up' },
        scheduler: { status: 'degraded', message: 'The schedules cannot be read from the database.' },
      },
    });
  });
});
