import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const MAX_ANSWER = 20_000;
const PASSWORD = 'correct horse battery';

let service: TestApp;
let token: string;

beforeAll(async () => {
  service = await startTestApp({ ROLES: 'api', TRUST_PROXY: 'loopback' });
  const users = service.app.get(UsersService);
  await users.add('root', PASSWORD, 'admin');
  token = await users.token('root', 600);
});

afterAll(async () => {
  await service.close();
});

interface Problem {
  readonly detail: string;
  readonly errors?: readonly string[];
}

type Send = (body: string) => request.Test;

const ROUTES: readonly (readonly [string, Send])[] = [
  ['POST /auth/login', (body) => request(service.url).post('/auth/login').type('json').send(body)],
  ['POST /pipeline/run', (body) => asRoot('post', '/pipeline/run', body)],
  [
    'PATCH /pipeline/scheduler/jobs/:id',
    (body) => asRoot('patch', '/pipeline/scheduler/jobs/quick_update', body),
  ],
];

function asRoot(method: 'post' | 'patch', path: string, body: string): request.Test {
  return request(service.url)[method](path).set('Authorization', `Bearer ${token}`).type('json').send(body);
}

const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, 0]));

const BODIES: readonly (readonly [string, string])[] = [
  ['50,000 zeros in an array', JSON.stringify(new Array(50_000).fill(0))],
  ['1,000 zeros in an array', JSON.stringify(new Array(1_000).fill(0))],
  ['an empty array', '[]'],
  ['an array of an object', '[{"username":"root"}]'],
  ['9,000 unknown fields', JSON.stringify(many(9_000))],
  ['300 unknown fields', JSON.stringify(many(300))],
  ['90 unknown fields', JSON.stringify(many(90))],
  ['an unknown field with a name of 90 kB', JSON.stringify({ ['x'.repeat(90_000)]: 0 })],
  [
    '90 unknown fields of control characters',
    JSON.stringify(
      Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${'\u0001'.repeat(40)}${n}`, 0])),
    ),
  ],
  [
    '40,000 zeros in a field',
    JSON.stringify({ username: new Array(40_000).fill(0), categories: new Array(9).fill(0) }),
  ],
  ['nested arrays in a field', JSON.stringify({ categories: new Array(150).fill([[0]]) })],
];

describe('the work and the answer of a request', () => {
  it.each(
    ROUTES.flatMap(([route, send]) => BODIES.map(([name, body]) => [route, name, send, body] as const)),
  )('%s with %s is refused in a short answer', async (_route, _name, send, body) => {
    const response = await send(body);
    expect([400, 413]).toContain(response.status);
    expect(Buffer.byteLength(response.text)).toBeLessThanOrEqual(MAX_ANSWER);
    expect((response.body as Problem).errors?.length ?? 0).toBeLessThanOrEqual(10);
  });

  it('a body that is no object is refused before validation, without a list of faults', async () => {
    for (const body of ['[0,0]', '[]', '[[]]']) {
      const { body: problem } = (await request(service.url)
        .post('/auth/login')
        .type('json')
        .send(body)
        .expect(400)) as { body: unknown };
      expect(problem).toEqual(
        expect.objectContaining({ detail: 'The body must be a JSON object, such as {}.' }),
      );
      expect(problem).not.toHaveProperty('errors');
    }
  });

  it('a login of more than 4 kB gets a 413, as JSON and as a form', async () => {
    for (const type of ['json', 'form']) {
      const { body } = (await request(service.url)
        .post('/Auth/Login/')
        .type(type)
        .send({ username: 'root', password: 'x'.repeat(4_100) })
        .expect(413)) as { body: unknown };
      expect(body).toMatchObject({ detail: 'The body is too large. At most 4 kB are accepted.' });
    }
  });

  it('a form of more than 100 fields gets a 413', async () => {
    const form = Array.from({ length: 101 }, (_, n) => `f${n}=`).join('&');
    await request(service.url).post('/auth/login').type('form').send(form).expect(413);
  });

  it.each([
    ['/pipeline/runs', 'a='],
    ['/pipeline/failing', 'limit=1'],
    ['/health', 'a='],
  ])('GET %s answers a query of 1,500 parameters in a short answer', async (path, parameter) => {
    const response = await request(service.url).get(`${path}?${new Array(1_500).fill(parameter).join('&')}`);
    expect(response.text.length).toBeLessThanOrEqual(MAX_ANSWER);
    expect(response.status).toBe(path === '/health' ? 200 : 400);
  });

  it.each(['/pipeline/runs/', '/nowhere/', '/pipeline/scheduler/jobs/', '/pipeline/runs/%ff'])(
    'a path of 15 kB below %s is not repeated in the answer',
    async (path) => {
      for (const method of ['get', 'put'] as const) {
        const response = await request(service.url)[method](`${path}${'x'.repeat(15_000)}`);
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.text.length).toBeLessThan(2_000);
      }
    },
  );
});

describe('login attempts over HTTP', () => {
  const login = (address: string, fields: object): request.Test =>
    request(service.url).post('/auth/login').set('X-Forwarded-For', address).send(fields);

  it('a throttled network is refused before its body is validated', async () => {
    for (let n = 0; n < 10; n++)
      await login('192.0.2.7', { username: `user-${n}`, password: 'x' }).expect(401);
    await login('192.0.2.7', { color: 'red' }).expect(429);
  });

  it('ports of one address in X-Forwarded-For count as one network', async () => {
    const statuses = [];
    for (let n = 0; n < 12; n++) {
      const address = n % 2 === 0 ? `203.0.113.9:${4_000 + n}` : '203.0.113.9';
      statuses.push((await login(address, { username: `port-${n}`, password: 'x' })).status);
    }
    expect(statuses).toEqual([...new Array<number>(10).fill(401), 429, 429]);
  });

  it('ports of one IPv6 address in X-Forwarded-For count as one network', async () => {
    const statuses = [];
    for (let n = 0; n < 12; n++) {
      statuses.push(
        (await login(`[2001:db8:9::${n}]:${4_000 + n}`, { username: `v6-${n}`, password: 'x' })).status,
      );
    }
    expect(statuses).toEqual([...new Array<number>(10).fill(401), 429, 429]);
  });

  it('while 120 networks guess the password of a user, the user logs in from the network of the last login', async () => {
    await login('198.51.100.77', { username: 'root', password: PASSWORD }).expect(200);
    const guesses = Array.from({ length: 120 }, (_, n) =>
      login(`2001:db8:5:${n.toString(16)}::1`, { username: 'root', password: 'a wrong one' }),
    );
    const [owner, ...answers] = await Promise.all([
      login('198.51.100.77', { username: 'root', password: PASSWORD }),
      ...guesses,
    ]);
    expect(owner.status).toBe(200);
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
  });

  it.each([
    ['a form of another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['a form of another site on plain http', { Origin: 'http://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a page of another port', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
  ])('a login that %s sends is refused and does not count', async (_, headers) => {
    for (let n = 0; n < 11; n++) {
      await request(service.url)
        .post('/auth/login')
        .set({ ...headers, 'X-Forwarded-For': '192.0.2.201' })
        .type('form')
        .send({ username: 'root', password: 'x' })
        .expect(403);
    }
    await login('192.0.2.201', { username: 'nobody', password: 'x' }).expect(401);
  });

  it('a login that a page of this service sends is accepted', async () => {
    await service.app.get(UsersService).add('reader', PASSWORD, 'viewer');
    const origin = new URL(service.url).origin;
    for (const headers of [{ Origin: origin }, { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }]) {
      await request(service.url)
        .post('/auth/login')
        .set({ ...headers, 'X-Forwarded-For': '192.0.2.202' })
        .send({ username: 'reader', password: PASSWORD })
        .expect(200);
    }
  });
});

it.each(['0000-01-01', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59-23:59', '1970-01-01T00:00:00+00:01'])(
  'GET /pipeline/runs refuses the time %s with 400',
  async (time) => {
    for (const name of ['since', 'until']) {
      const { body } = (await request(service.url)
        .get('/pipeline/runs')
        .query({ [name]: time })
        .expect(400)) as { body: unknown };
      expect((body as Problem).detail).toContain(`${name} must be a time in ISO 8601 from 1970 to 9999`);
    }
  },
);

it.each(['1970-01-01', '9999-12-31T23:59:59.999Z'])(
  'GET /pipeline/runs accepts the time %s',
  async (time) => {
    await request(service.url).get('/pipeline/runs').query({ since: time, until: time }).expect(200);
  },
);
