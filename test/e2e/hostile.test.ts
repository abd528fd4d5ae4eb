import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsersService } from '../../src/auth/users/users.service.js';
import { type ApiDocument, type DescribedOperation, operationsOf } from '../support/contract-checker.js';
import { type Attack, attacksOn } from '../support/attacks.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const REQUESTS = 10_000;
const SEED = 20_261_124;
const CONCURRENCY = 16;
/** Several times what an idle machine needs. */
const DEADLINE_MS = 300_000;

interface Outcome {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

let service: TestApp;
let operations: DescribedOperation[];
let attacks: fc.Arbitrary<Attack>;
let token: string;
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

beforeAll(async () => {
  // Without a worker, triggered runs stay queued.
  service = await startTestApp({ ROLES: 'api', TRUST_PROXY: 'loopback' });
  const document = (await service.get('/openapi.json')).body as ApiDocument;
  operations = operationsOf(document);
  const users = service.app.get(UsersService);
  await users.add('root', 'correct horse battery', 'admin');
  token = await users.token('root', 3_600);
  attacks = attacksOn(document, token);
});

afterAll(async () => {
  agent.destroy();
  await service.close();
});

async function send({ method, path, headers, body }: Attack): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request(
      service.url + '/',
      { agent, method, path, headers: { ...headers, ...length } },
      (answer) => {
        const chunks: Buffer[] = [];
        const done = (): void => {
          const { statusCode: status = 0, headers: got } = answer;
          resolve({
            status,
            type: got['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          });
        };
        answer
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('close', done)
          .on('error', done);
        // The event stream of a queued run does not end.
        if (answer.headers['content-type'] === 'text/event-stream') answer.destroy();
      },
    );
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

/** Sends every attack, CONCURRENCY at a time. */
async function sendAll(
  list: readonly Attack[],
  judge: (attack: Attack, outcome: Outcome) => void,
): Promise<void> {
  const queue = list.values();
  const work = async (): Promise<void> => {
    for (const attack of queue) judge(attack, await send(attack));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

it(
  `${REQUESTS.toLocaleString('en')} hostile requests get no 500, and every error is a problem document`,
  async () => {
    const list = fc.sample(attacks, { numRuns: REQUESTS, seed: SEED });
    const bad: unknown[] = [];
    const statuses: Record<number, number> = {};
    await sendAll(list, (attack, outcome) => {
      statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
      const isError = outcome.status >= 400;
      const isProblem = outcome.type.startsWith('application/problem+json');
      if (outcome.status === 500 || (isError && !isProblem)) bad.push([attack, outcome]);
    });
    expect(bad.slice(0, 3)).toEqual([]);
    // Some attacks pass authentication and validation.
    expect(Object.keys(statuses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '404', '405', '409', '413', '415']),
    );
  },
  DEADLINE_MS,
);

it('no guarded route accepts a request without a valid token', async () => {
  const guarded = operations.filter(({ operation }) => operation.security !== undefined);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  const invalid = [
    ...[
      undefined,
      '',
      'Bearer',
      'Bearer ',
      token,
      `Basic ${token}`,
      `Bearer ${head}.${claims}.`,
      `Bearer ${none}.${claims}.`,
    ],
    ...[`Bearer ${head}.${claims}.${flipped}`, `Bearer ${head}.${claims}`, `Bearer ${token}.${token}`],
  ];
  const list = guarded.flatMap(({ method, path }) =>
    invalid.flatMap((Authorization) =>
      ['{}', '{"update_type":"quick"}', '{"enabled":false}'].map((body) => ({
        method: method.toUpperCase(),
        path: `${path.replaceAll(/\{\w+\}/g, '1')}?access_token=${token}`,
        headers: {
          'Content-Type': 'application/json',
          ...(Authorization === undefined ? {} : { Authorization }),
        },
        body: method === 'get' ? null : body,
      })),
    ),
  );
  expect(guarded.length).toBeGreaterThan(5);
  const opened: unknown[] = [];
  await sendAll(list, (attack, { status }) => {
    if (status !== 401) opened.push([attack, status]);
  });
  expect(opened).toEqual([]);
});
