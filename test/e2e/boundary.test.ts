import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import request from 'supertest';
import { limitServer } from '../../src/app/http/connection-limits.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { DatabaseHealth } from '../../src/database/connection/database-health.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a service on loopback', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startTestApp({ ROLES: 'api', ALLOWED_HOSTS: 'movies.example,[2001:db8::1]' });
  });

  afterAll(async () => {
    await service.close();
  });

  const statusFor = async (host: string, path = '/health/live'): Promise<number> =>
    (await request(service.url).get(path).set('Host', host)).status;

  it.each([
    ...['127.0.0.1', 'localhost', 'LOCALHOST:8000', 'localhost.', '[::1]:8000', '127.0.0.1:1'],
    ...['movies.example', 'Movies.Example:443', '[2001:db8::1]'],
  ])('a request to the host %s is answered', async (host) => {
    expect(await statusFor(host)).toBe(200);
  });

  it.each([
    ...['evil.example', 'evil.example:8000', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'],
    ...['127.0.0.1@evil.example', 'movies.example.evil.example', '[::2]', '0.0.0.0'],
  ])('a request to the host %s is refused on every path with 421', async (host) => {
    for (const path of ['/health/live', '/pipeline/status', '/openapi.json', '/docs', '/nowhere']) {
      expect([path, await statusFor(host, path)]).toEqual([path, 421]);
    }
  });

  it('a request with two Host headers is refused with 400', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.end(
      'GET /health/live HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\nConnection: close\r\n\r\n',
    );
    const answer: Buffer[] = [];
    for await (const chunk of socket) answer.push(chunk as Buffer);
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('200 health requests at the same time query the database once', async () => {
    const ping = jest.spyOn(service.app.get(DatabaseHealth), 'ping');
    for (const path of ['/health/ready', '/health']) {
      ping.mockClear();
      // A request of an earlier test may have been answered within this second.
      const answers = await Promise.all(Array.from({ length: 200 }, () => request(service.url).get(path)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(ping.mock.calls.length).toBeLessThanOrEqual(5);
    }
  });

  it('a forwarding header of a proxy that is not trusted is logged once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    for (let n = 0; n < 3; n++) {
      await request(service.url).get('/health/live').set('X-Forwarded-For', '192.0.2.1').expect(200);
    }
    const warnings = warn.mock.calls.filter(
      ([line]) => (line as { event?: string }).event === 'http.untrusted_proxy',
    );
    expect(warnings).toEqual([[expect.objectContaining({ todo: expect.stringContaining('TRUST_PROXY') })]]);
  });

  it('logins, refusals, triggers and changes of schedules are logged with actor, address and reason', async () => {
    const users = service.app.get(UsersService);
    await users.add('root', PASSWORD, 'admin');
    await users.add('guest', PASSWORD, 'viewer');
    const [admin, viewer] = [await users.token('root', 60), await users.token('guest', 60)];
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const post = (path: string, token: string): request.Test =>
      request(service.url).post(path).set('Authorization', `Bearer ${token}`);
    await request(service.url).post('/auth/login').send({ username: 'root', password: PASSWORD }).expect(200);
    await request(service.url).post('/auth/login').send({ username: 'root', password: 'wrong' }).expect(401);
    await request(service.url).get('/auth/me').expect(401);
    await post('/pipeline/scheduler/stop', 'rubbish').expect(401);
    await post('/pipeline/scheduler/stop', viewer).expect(403);
    await post('/pipeline/scheduler/stop', admin).expect(200);
    await post('/pipeline/scheduler/start', admin).expect(200);
    await request(service.url)
      .patch('/pipeline/scheduler/jobs/quick_update')
      .set('Authorization', `Bearer ${admin}`)
      .send({ enabled: false })
      .expect(200);
    const run = await post('/pipeline/run', admin).expect(202);
    const { run_id: runId } = run.body as { run_id: number };
    await post(`/pipeline/runs/${runId}/cancel`, admin).expect(202);
    for (let n = 0; n < 10; n++) {
      await request(service.url).post('/auth/login').send({ username: 'root', password: 'wrong' });
    }
    await request(service.url).post('/auth/login').send({ username: 'root', password: 'wrong' }).expect(429);
    const events = log.mock.calls
      .map(([line]) => line as Record<string, unknown>)
      .filter(({ event }) => String(event).startsWith('audit.'));
    const address = '127.0.0.1';
    expect(events.slice(0, 10)).toEqual([
      { event: 'audit.login.succeeded', actor: 'root', address, tokenId: expect.any(String) },
      { event: 'audit.login.failed', actor: 'root', address, reason: 'wrong_credentials' },
      {
        event: 'audit.access.refused',
        actor: null,
        address,
        reason: 'no_token',
        method: 'GET',
        path: '/auth/me',
      },
      {
        ...{ event: 'audit.access.refused', actor: null, address, reason: 'invalid_token' },
        ...{ method: 'POST', path: '/pipeline/scheduler/stop' },
      },
      {
        ...{ event: 'audit.access.refused', actor: 'guest', address, reason: 'insufficient_role' },
        ...{ method: 'POST', path: '/pipeline/scheduler/stop' },
      },
      { event: 'audit.scheduler.stopped', actor: 'root', address },
      { event: 'audit.scheduler.started', actor: 'root', address },
      expect.objectContaining({
        ...{ event: 'audit.scheduler.job_changed', actor: 'root', address },
        ...{ job: 'quick_update', enabled: false },
      }),
      { event: 'audit.run.triggered', actor: 'root', address, runId, updateType: 'quick' },
      { event: 'audit.run.cancelled', actor: 'root', address, runId },
    ]);
    expect(events.at(-1)).toEqual({
      ...{ event: 'audit.login.throttled', actor: 'root', address, reason: 'too_many_attempts' },
    });
  });
});

describe('a request that stalls', () => {
  let server: Server;

  beforeAll(async () => {
    server = createServer((incoming, response) => {
      incoming.resume().on('end', () => response.end());
    });
    limitServer(server, { headersMs: 100, requestMs: 200, checkMs: 20 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
  });

  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: localhost\r\nX-'],
    ['body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf'],
  ])('a connection whose %s stall is dropped soon after the limit', async (_, text) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });
});

describe('READ_ACCESS=signed_in', () => {
  it('runs, status, events, docs and the description of the API require a token', async () => {
    const service = await startTestApp({ ROLES: 'api', READ_ACCESS: 'signed_in' });
    const users = service.app.get(UsersService);
    await users.add('guest', PASSWORD, 'viewer');
    const token = await users.token('guest', 60);
    const closed = [
      ...[
        '/pipeline/status',
        '/pipeline/runs',
        '/pipeline/runs/1',
        '/pipeline/runs/1/events',
        '/pipeline/failing',
      ],
      ...[
        '/docs',
        '/docs/',
        '/Docs',
        '/docs/swagger-ui.css',
        '/openapi.json',
        '/OPENAPI.json',
        '/openapi.json/',
      ],
    ];
    for (const path of closed) {
      const anonymous = await request(service.url).get(path);
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect(anonymous.headers['www-authenticate']).toMatch(/^Bearer realm=/);
      const signedIn = await request(service.url).get(path).set('Authorization', `Bearer ${token}`);
      expect([path, signedIn.status]).toEqual([path, path.includes('runs/1') ? 404 : 200]);
    }
    await service.get('/health');
    await service.close();
  });
});
