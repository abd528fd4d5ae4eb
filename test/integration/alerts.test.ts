import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AlertRequest, alertRequest } from '../../src/alerts/alert-request.js';
import { post } from '../../src/alerts/post.js';
import { parseTarget } from '../../src/config/alert-target.js';
import { PrismaService } from '../../src/database/prisma.service.js';
import { AlertMonitor } from '../../src/monitor/alert-monitor.js';
import { RunQueue } from '../../src/pipeline/execution/run-queue.js';
import { runCommand } from '../support/command-line.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const KEY = Buffer.from('only-for-tests-0f7c2e9a4b6d8135e1');
const SECRET = `whsec_${KEY.toString('base64')}`;

interface Received {
  readonly path: string;
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly data: { readonly subject: string; readonly message: string };
  };
}

/** Accepted requests, in order. */
let received: Received[] = [];
let pings: string[] = [];
/** Responses to the next requests; afterwards 204. */
let responses: ((response: ServerResponse) => void)[] = [];
let receiver: Server;
let base: string;
let service: TestApp;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (request.url?.startsWith('/ping') === true) {
        pings.push(request.url);
        response.writeHead(200).end();
        return;
      }
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
      const content = `${String(id)}.${String(time)}.${text}`;
      const expected = `v1,${createHmac('sha256', KEY).update(content).digest('base64')}`;
      if (signature !== expected) response.writeHead(401).end();
      else {
        const respond = responses.shift();
        if (respond !== undefined) respond(response);
        else {
          received.push({
            path: request.url ?? '',
            id: String(id),
            body: JSON.parse(text) as Received['body'],
          });
          response.writeHead(204).end();
        }
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  service = await startTestApp(
    {
      ALERT_URLS: `webhook+${base}/hook?token=hidden`,
      ALERT_SECRET: SECRET,
      ALERT_ALLOW_PRIVATE: 'true',
      HEALTHCHECK_URL: `${base}/ping/`,
    },
    { movies: 60, people: 3 },
  );
});

afterAll(async () => {
  await service.close();
  receiver.closeAllConnections();
  receiver.close();
});

beforeEach(() => {
  received = [];
  pings = [];
  responses = [];
});

async function run(): Promise<void> {
  const { body } = await service.post('/pipeline/run', { update_type: 'quick' });
  await service.end((body as { run_id: number }).run_id);
}

const types = (): string[] => received.map(({ body }) => body.type).sort();

describe('alerts', () => {
  it('a refused key is told once, in spite of failures of the receiver, and so is its recovery', async () => {
    service.sandbox.revokeKey();
    responses = [
      (response) => response.writeHead(500).end(),
      (response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
    ];
    await run();
    await run();
    await until(() => received.length >= 2, { deadlineMs: 30_000, what: '2 received' });
    expect(types()).toEqual(['run.failed', 'tmdb.key_refused']);
    expect(received.map(({ path }) => path)).toEqual(['/hook?token=hidden', '/hook?token=hidden']);
    service.sandbox.allowKey();
    await run();
    await run();
    await until(() => received.length >= 4, { deadlineMs: 30_000, what: '4 received' });
    expect(types()).toEqual([
      'run.failed',
      'run.failed.recovered',
      'tmdb.key_refused',
      'tmdb.key_refused.recovered',
    ]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(4);
    expect(received.slice(2).every(({ body }) => body.type.endsWith('.recovered'))).toBe(true);
    expect(await service.database.query('SELECT * FROM pipeline_alerts')).toEqual([]);
  });

  it('old data and missed schedules are told once, again after a day, and when they have recovered', async () => {
    const monitor = service.app.get(AlertMonitor);
    await service.get('/pipeline/status');
    await service.database.query(`
      UPDATE movies SET enriched_at = now() - interval '161 days' WHERE id = (SELECT min(id) FROM movies);
      UPDATE scheduler_jobs SET cron = '0 0 1 1 *' WHERE id <> 'quick_update';
      UPDATE scheduler_jobs SET changed_at = now() - interval '2 days', cron = to_char(now() - interval '20 min', 'MI HH24 * * *')
        WHERE id = 'quick_update';
      UPDATE scheduler_state SET changed_at = now() - interval '2 days'`);
    await Promise.all([monitor.look(), monitor.look()]);
    await monitor.look();
    await until(() => received.length >= 2, { deadlineMs: 30_000, what: '2 received' });
    expect(types()).toEqual(['data.stale', 'schedule.missed']);
    expect(received.find(({ body }) => body.type === 'schedule.missed')?.body.data.subject).toBe(
      'quick_update',
    );
    await service.database.query(
      `UPDATE pipeline_alerts SET told_at = now() - interval '25 hours' WHERE event = 'data.stale'`,
    );
    await monitor.look();
    await monitor.look();
    await service.database.query(
      `UPDATE movies SET enriched_at = NULL; UPDATE scheduler_jobs SET changed_at = now()`,
    );
    await monitor.look();
    await until(() => received.length >= 5, { deadlineMs: 30_000, what: '5 received' });
    expect(types()).toEqual([
      ...['data.stale', 'data.stale', 'data.stale.recovered'],
      ...['schedule.missed', 'schedule.missed.recovered'],
    ]);
  });

  it('a scheduled run pings the start and the end of its job', async () => {
    await service.app
      .get(PrismaService)
      .$transaction((tx) => service.app.get(RunQueue).enqueueScheduled(tx, 'daily', { lateSeconds: 0 }));
    await until(() => pings.length >= 2, { deadlineMs: 30_000, what: '2 pings' });
    expect(pings).toEqual(['/ping/daily_update/start', '/ping/daily_update']);
  });

  it('alert test shows for each receiver whether it accepts, and not its path', async () => {
    const urls = `webhook+${base}/hook,webhook+${base}/secret-path`;
    const env = { ALERT_URLS: urls, ALERT_SECRET: SECRET, ALERT_ALLOW_PRIVATE: 'true' };
    responses = [(response) => response.writeHead(410).end()];
    const { code, stdout } = await runCommand(['alert', 'test'], { env });
    expect(code).toBe(1);
    expect(stdout).toContain('accepted');
    expect(stdout).toContain('responded with 410.');
    expect(stdout).not.toContain('secret-path');
    const refused = await runCommand(['alert', 'test'], { env: { ...env, ALERT_ALLOW_PRIVATE: 'false' } });
    expect(refused.stdout).toContain('127.0.0.1 is an address of this machine or of a private network.');
    expect(received).toHaveLength(1);
  });
});

describe('requests to receivers', () => {
  const alert = {
    id: 'a-1',
    event: 'run.failed',
    subject: 'daily',
    message: 'x <!here> @everyone',
    at: '2026-11-28T12:00:00.000Z',
  } as const;
  const to = (url: string): AlertRequest =>
    alertRequest(parseTarget(url)!, alert, SECRET, new Date(alert.at));

  it('a webhook is signed as Standard Webhooks are', () => {
    // Verified with the reference library standardwebhooks 1.1.1.
    expect(to('webhook+https://example.org/hook').headers).toMatchObject({
      'webhook-id': 'a-1',
      'webhook-timestamp': '1795867200',
      'webhook-signature': 'v1,O/6jLvUc8/hEgv0eg3VrFeLc4EF5aO9jmykhQI2s94k=',
    });
  });

  it('Slack, Discord and ntfy receive their own formats, and mention nobody', () => {
    expect(JSON.parse(to('slack+https://hooks.slack.com/x').body)).toEqual({
      text: '⚠️ movie-pipeline: run.failed. x &lt;!here&gt; @everyone',
    });
    expect(JSON.parse(to('discord+https://discord.com/x').body)).toEqual({
      content: '⚠️ movie-pipeline: run.failed. x <!here> @everyone',
      allowed_mentions: { parse: [] },
    });
    expect(to('ntfy+https://ntfy.sh/x')).toMatchObject({
      headers: { Title: 'movie-pipeline: run.failed', Priority: 'high' },
      body: 'x <!here> @everyone',
    });
  });

  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '2130706433',
    'localhost',
  ])('a receiver at %s is refused without a connection', async (host) => {
    const url = `http://${host}:${(receiver.address() as AddressInfo).port}/ping`;
    await expect(post(url, { headers: {}, body: '' }, { isPrivateAllowed: false })).rejects.toThrow(
      'set ALERT_ALLOW_PRIVATE=true',
    );
    expect(pings).toEqual([]);
  });

  it('only webhooks may go without TLS', () => {
    expect(parseTarget('webhook+http://10.0.0.1/x')?.kind).toBe('webhook');
    for (const url of [
      'slack+http://a/x',
      'https://a/x',
      'mail+https://a/x',
      'ntfy+nonsense',
      'webhook+ftp://a',
    ])
      expect([url, parseTarget(url)]).toEqual([url, null]);
  });
});
