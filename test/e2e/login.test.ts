import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ ADMIN_USERNAME: 'root', ADMIN_PASSWORD: PASSWORD });
});

afterAll(async () => {
  await service.close();
});

async function me(token: string): Promise<{ status: number; body: unknown }> {
  return request(service.url).get('/auth/me').set('Authorization', `Bearer ${token}`);
}

describe('POST /auth/login', () => {
  it.each(['json', 'form'])('a login by %s is answered with a valid token', async (type) => {
    const fields = {
      username: 'root',
      password: PASSWORD,
      ...(type === 'form' ? { grant_type: 'password' } : {}),
    };
    const response = await request(service.url).post('/auth/login').type(type).send(fields);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3600,
    });
    expect(await me((response.body as { access_token: string }).access_token)).toMatchObject({
      status: 200,
      body: { username: 'root', role: 'admin' },
    });
  });

  it.each([
    ['', '\n'],
    ['', '\r\n'],
    ['\uFEFF', ''],
    ['\uFEFF', '\r\n'],
  ])(
    'a login whose name and password are between the marks %j and %j of their files is answered with a token',
    async (mark, end) => {
      const fields = { username: `${mark}root${end}`, password: `${mark}${PASSWORD}${end}` };
      for (const type of ['json', 'form'])
        await request(service.url).post('/auth/login').type(type).send(fields).expect(200);
    },
  );

  it.each(['\n\n', '\r', '\n\r\n'])('a password that ends with %j is a bad request', async (end) => {
    const fields = { username: 'root', password: `${PASSWORD}${end}` };
    await request(service.url).post('/auth/login').send(fields).expect(400);
  });

  it('a wrong name and a wrong password get the same answer', async () => {
    const answers = await Promise.all(
      [
        { username: 'root', password: 'wrong' },
        { username: 'nobody', password: PASSWORD },
      ].map((fields) => request(service.url).post('/auth/login').send(fields)),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    expect(answers[0]!.headers['www-authenticate']).toBe('Bearer realm="movie-pipeline"');
  });

  it.each([
    ['an empty object', {}],
    ['no password', { username: 'root' }],
    ['a password of 1,001 characters', { username: 'root', password: 'x'.repeat(1_001) }],
    ['an array as the name', { username: ['root'], password: PASSWORD }],
    ['an empty password', { username: 'root', password: '' }],
    ['NUL in the password', { username: 'root', password: `${PASSWORD}\0` }],
    ['NUL in the name', { username: 'ro\0ot', password: PASSWORD }],
    ['a name of 65 characters', { username: 'x'.repeat(65), password: PASSWORD }],
    ['an object as the password', { username: 'root', password: { $ne: '' } }],
    ['an unknown field', { username: 'root', password: PASSWORD, color: 'red' }],
    ['an empty array', []],
    ['an array of objects', [{ username: 'root', password: PASSWORD }]],
  ])('a login with %s is a bad request and the answer repeats no password', async (_, fields) => {
    const response = await request(service.url).post('/auth/login').send(fields).expect(400);
    expect(JSON.stringify(response.body)).not.toContain(PASSWORD);
  });
});

describe('passwords in answers', () => {
  it.each([
    `{"username":"root","password":${PASSWORD}}`,
    PASSWORD,
    `{"username":"root","password":"${PASSWORD}`,
    `{"username":"root","password":["${PASSWORD}"]}`,
    `{"username":"root","password":"${PASSWORD}\\u0000"}`,
  ])('the answer to the malformed login body %s contains no part of the password', async (body) => {
    const response = await request(service.url).post('/auth/login').type('json').send(body).expect(400);
    for (const part of PASSWORD.split(' ')) expect(response.text).not.toContain(part);
  });
});

describe('login throttling', () => {
  it('an address that guesses passwords is refused with 429 and Retry-After', async () => {
    const attempt = (): request.Test =>
      request(service.url).post('/auth/login').send({ username: 'root', password: 'a wrong one' });
    const statuses: number[] = [];
    let last = await attempt();
    while (last.status === 401) {
      statuses.push(last.status);
      last = await attempt();
    }
    expect(statuses.length).toBeLessThanOrEqual(10);
    expect(last.status).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(last.body).toMatchObject({
      status: 429,
      detail: expect.stringMatching(/Try again in \d+ seconds/),
    });
  });
});
