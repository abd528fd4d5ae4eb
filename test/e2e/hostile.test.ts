import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsersService } from '../../src/auth/users/users.service.js';
import { type ApiDocument, type DescribedOperation, operationsOf } from '../support/contract-checker.js';
import { type Attack, attacksOn } from '../support/attacks.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const REQUESTS = 10_000;
const SEED = 20_261_124;
const CONCURRENCY = 16;
const MAX_ANSWER_BYTES = 20_000;
const MAX_ERRORS = 10;
/** The description of the API is larger. */
const LARGE_ANSWERS = /^\/(?:docs|openapi)/;
/** Of an average hostile request to a plain one in the same process. It is about 1. */
const MAX_CPU_RATIO = 5;
const MAX_GROWTH_BYTES = 50_000_000;
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
  // A logout would end the token of all later attacks.
  attacks = attacksOn(document, token).filter(({ path }) => !path.startsWith('/auth/logout'));
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

/** CPU time of this process, which is both client and service, for an average request. */
async function cpuPerRequest(list: readonly Attack[], judge: Parameters<typeof sendAll>[1]): Promise<number> {
  const start = process.cpuUsage();
  await sendAll(list, judge);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / list.length;
}

async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What sockets and timers keep is released a few turns of the event loop later.
  for (let n = 0; n < 5; n++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const PLAIN: readonly Attack[] = Array.from({ length: 500 }, () => ({
  ...{ method: 'GET', path: '/pipeline/runs?limit=5', headers: {}, body: null },
}));

/** Why an answer costs more than its request is worth; null: it does not. */
function excessOf({ path }: Attack, { text, type }: Outcome): string | null {
  if (Buffer.byteLength(text) > MAX_ANSWER_BYTES && !LARGE_ANSWERS.test(path)) return `${text.length} bytes`;
  if (!type.startsWith('application/problem+json') || text === '') return null;
  const { errors = [] } = JSON.parse(text) as { readonly errors?: readonly string[] };
  return errors.length > MAX_ERRORS ? `${errors.length} errors` : null;
}

it(
  `${REQUESTS.toLocaleString('en')} hostile requests get no 500, every error is a problem document, and none costs much`,
  async () => {
    const list = fc.sample(attacks, { numRuns: REQUESTS, seed: SEED });
    const warmUp = await cpuPerRequest(PLAIN, () => undefined);
    expect(warmUp).toBeGreaterThan(0);
    const plain = await cpuPerRequest(PLAIN, () => undefined);
    const before = await heapAfterCollection();
    const bad: unknown[] = [];
    const statuses: Record<number, number> = {};
    const hostile = await cpuPerRequest(list, (attack, outcome) => {
      statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
      const isError = outcome.status >= 400;
      const isProblem = outcome.type.startsWith('application/problem+json');
      if (outcome.status === 500 || (isError && !isProblem)) bad.push([attack, outcome]);
      const excess = excessOf(attack, outcome);
      if (excess !== null) bad.push([attack, excess]);
    });
    expect(bad.slice(0, 3)).toEqual([]);
    expect(hostile / plain).toBeLessThan(MAX_CPU_RATIO);
    expect((await heapAfterCollection()) - before).toBeLessThan(MAX_GROWTH_BYTES);
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
