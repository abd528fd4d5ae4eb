import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { decodeJwt, SignJWT } from 'jose';
import request from 'supertest';
import { UsersRepository } from '../../src/auth/users/users.repository.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'staple mantle orbit velvet';
const SECRET = 'only-for-tests-0f7c2e9a4b6d8135e1';

let service: TestApp;
let users: UsersService;

beforeAll(async () => {
  service = await startTestApp({ JWT_SECRET: SECRET, TRUST_PROXY: 'loopback' });
  users = service.app.get(UsersService);
  for (const name of ['ann', 'bob', 'list']) await users.add(name, PASSWORD, 'viewer');
});

afterAll(async () => {
  await service.close();
});

async function login(username: string, password = PASSWORD): Promise<string> {
  const response = await request(service.url).post('/auth/login').send({ username, password }).expect(200);
  return (response.body as { access_token: string }).access_token;
}

async function me(token: string): Promise<number> {
  return (await request(service.url).get('/auth/me').set('Authorization', `Bearer ${token}`)).status;
}

function post(path: string, token: string, body?: object): request.Test {
  return request(service.url).post(path).set('Authorization', `Bearer ${token}`).send(body);
}

function idOf(token: string): string {
  return decodeJwt(token).jti ?? '';
}

async function rowsOf(username: string): Promise<string[]> {
  const sql = 'SELECT id FROM pipeline_tokens WHERE username = $1 ORDER BY issued_at';
  return (await service.database.query<{ id: string }>(sql, [username])).map(({ id }) => id);
}

/** A token that this service could have signed. */
async function signed(username: string, jti?: unknown): Promise<string> {
  const { tokenVersion } = (await service.app.get(UsersRepository).find(username))!;
  return new SignJWT({ series: tokenVersion, ...(jti === undefined ? {} : { jti: jti as string }) })
    .setSubject(username)
    .setIssuer('movie-pipeline')
    .setAudience('movie-pipeline')
    .setExpirationTime('1h')
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}

function command(line: string): Promise<CommandResult> {
  return runCommand(line.split(' '), { env: { DATABASE_URL: service.database.url, JWT_SECRET: SECRET } });
}

describe('POST /auth/logout', () => {
  it('logging out ends the token of the request, and the other tokens of the user stay valid', async () => {
    const [first, second] = [await login('ann'), await login('ann')];
    await post('/auth/logout', first).expect(204);
    expect([await me(first), await me(second)]).toEqual([401, 200]);
    await post('/auth/logout', first).expect(401);
  });

  it('a token without an id, as an earlier version issued it, is valid and cannot be logged out', async () => {
    const token = await signed('ann');
    const response = await post('/auth/logout', token).expect(409);
    expect(response.body).toMatchObject({ detail: expect.stringContaining('change the password') });
    expect(await me(token)).toBe(200);
  });

  it('a token whose id is malformed, unknown or that of the token of another user is refused', async () => {
    const other = idOf(await login('bob'));
    for (const id of [other, '00000000-0000-4000-8000-000000000000', 'x', 'a\0', 7, ['x'], '']) {
      expect([id, await me(await signed('ann', id))]).toEqual([id, 401]);
    }
  });
});

describe('POST /auth/password', () => {
  const change = (token: string, current: string, next: string): request.Test =>
    post('/auth/password', token, { current_password: current, new_password: next });

  it('a user who changes the password gets a new token, and all other tokens of the user end', async () => {
    const [caller, other, old] = [await login('ann'), await login('ann'), await signed('ann')];
    const response = await change(caller, PASSWORD, NEW_PASSWORD).expect(200);
    const answer = { access_token: expect.any(String), token_type: 'bearer', expires_in: 3600 };
    expect(response.body).toEqual(answer);
    const { access_token: fresh } = response.body as { access_token: string };
    const statuses = await Promise.all([fresh, caller, other, old].map(me));
    expect(statuses).toEqual([200, 401, 401, 401]);
    await request(service.url).post('/auth/login').send({ username: 'ann', password: PASSWORD }).expect(401);
    expect(await me(await login('ann', NEW_PASSWORD))).toBe(200);
    await change(fresh, NEW_PASSWORD, PASSWORD).expect(200);
  });

  it.each([
    ['a common password', 'password1234', 'too easy to guess'],
    ['a short password', 'eleven char', '12 to 1,000 characters'],
    ['a password with a control character', `${NEW_PASSWORD}\u0007`, 'without control characters'],
    ['an empty password', '', 'new_password must be 1 to 1000 characters'],
  ])('changing to %s is a bad request, and nothing changes', async (_, next, reason) => {
    const token = await login('bob');
    const response = await change(token, PASSWORD, next).expect(400);
    expect(response.body).toMatchObject({ detail: expect.stringContaining(reason) });
    expect(await me(token)).toBe(200);
    await login('bob');
  });

  it('wrong current passwords are throttled as failed logins are', async () => {
    await users.add('guessed', PASSWORD, 'viewer');
    const token = await users.token('guessed', 600);
    const guess = (): request.Test =>
      change(token, 'a wrong one', NEW_PASSWORD).set('X-Forwarded-For', '198.51.100.7');
    for (let n = 0; n < 10; n++) {
      const response = await guess().expect(400);
      expect(response.body).toMatchObject({
        detail: expect.stringContaining('The current password is wrong'),
      });
    }
    expect(Number((await guess().expect(429)).headers['retry-after'])).toBeGreaterThan(0);
    await request(service.url)
      .post('/auth/login')
      .set('X-Forwarded-For', '198.51.100.7')
      .send({ username: 'guessed', password: PASSWORD })
      .expect(429);
  });
});

describe('issued tokens', () => {
  it('of the tokens of a user from logins the newest 1,000 stay valid, and those of the command line all do', async () => {
    await users.add('busy', PASSWORD, 'viewer');
    const script = await users.token('busy', 600);
    const oldest = await login('busy');
    await service.database.query(`
      UPDATE pipeline_tokens SET issued_at = issued_at - interval '1 minute' WHERE username = 'busy';
      INSERT INTO pipeline_tokens (id, username, token_version, source, issued_at, expires_at)
        SELECT gen_random_uuid(), 'busy', gen_random_uuid(), 'login', now() - interval '30 s', now() + interval '1 h'
        FROM generate_series(1, 998)`);
    const last = await login('busy');
    expect([await me(oldest), (await rowsOf('busy')).length]).toEqual([200, 1_001]);
    await login('busy');
    expect([await me(oldest), await me(last), await me(script)]).toEqual([401, 200, 200]);
    expect(await rowsOf('busy')).toHaveLength(1_001);
  });

  it('a token that has been expired for a day is forgotten when another one is issued', async () => {
    const id = idOf(await login('bob'));
    const recent = idOf(await login('bob'));
    const expire = 'UPDATE pipeline_tokens SET expires_at = now() - $2::interval WHERE id = $1';
    await service.database.query(expire, [id, '25 hours']);
    await service.database.query(expire, [recent, '23 hours']);
    await login('ann');
    const rows = await rowsOf('bob');
    expect([rows.includes(id), rows.includes(recent)]).toEqual([false, true]);
    expect((await command('token list')).stdout).not.toContain(recent);
  });

  it('logging in, logging out, a wrong current password and a new one are logged with the user', async () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const token = await login('bob');
    const passwords = { current_password: 'a wrong one', new_password: NEW_PASSWORD };
    await post('/auth/password', token, passwords).expect(400);
    const changed = await post('/auth/password', token, { ...passwords, current_password: PASSWORD });
    const { access_token: fresh } = changed.body as { access_token: string };
    await post('/auth/logout', fresh).expect(204);
    const lines = log.mock.calls
      .map(([line]) => line as Record<string, unknown>)
      .filter(({ event }) => String(event).startsWith('audit.'));
    log.mockRestore();
    await users.setPassword('bob', PASSWORD);
    const who = { actor: 'bob', address: '127.0.0.1' };
    expect(lines).toEqual([
      { event: 'audit.login.succeeded', ...who, tokenId: idOf(token) },
      { event: 'audit.login.failed', ...who, reason: 'wrong_current_password' },
      { event: 'audit.user.password_changed', ...who, user: 'bob' },
      { event: 'audit.token.issued', ...who, user: 'bob', tokenId: idOf(fresh) },
      { event: 'audit.logout', ...who, tokenId: idOf(fresh) },
    ]);
  });
});

describe('tokens on the command line', () => {
  it('"token list" lists the valid tokens with source and address, of all users or of one', async () => {
    await users.revoke('ann');
    const fromLogin = await login('ann');
    const fromCommand = (await command('token ann --expires-in 12h')).stdout.trim();
    const other = await login('bob');
    const ids = async (line: string): Promise<unknown[]> =>
      (JSON.parse((await command(line)).stdout) as { id: string }[]).map(({ id }) => id);
    const [mine, all] = [await ids('token list ann --json'), await ids('token list --json')];
    expect(mine.sort()).toEqual([idOf(fromLogin), idOf(fromCommand)].sort());
    expect(all).toEqual(expect.arrayContaining([...mine, idOf(other)]));
    const tokens = JSON.parse((await command('token list ann --json')).stdout) as { source: string }[];
    expect(tokens.find(({ source }) => source === 'login')).toEqual({
      ...{ id: idOf(fromLogin), username: 'ann', source: 'login', address: '127.0.0.1' },
      issued_at: expect.stringMatching(/^\d{4}-.*Z$/),
      expires_at: new Date(1_000 * decodeJwt(fromLogin).exp!).toISOString(),
    });
    expect(tokens.find(({ source }) => source === 'cli')).toMatchObject({ address: null });
    expect((await command('token list ann')).stdout).toMatch(/^[\da-f-]{36} {2}ann {3}cli +20\d\d-/m);
  });

  it('"token revoke" ends one token, and fails for one that does not exist or is already revoked', async () => {
    const [first, second] = [await login('ann'), await login('ann')];
    const revoked = await command(`token revoke ${idOf(first)} --json`);
    expect(JSON.parse(revoked.stdout)).toEqual({ id: idOf(first), username: 'ann' });
    expect([await me(first), await me(second)]).toEqual([401, 200]);
    expect(await command(`token revoke ${idOf(first)}`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no token ${idOf(first)}. "npx movie-pipeline token list" lists all tokens.\n`,
    });
  });

  it('"token list" fails for an unknown user and says when there are no tokens', async () => {
    expect(await command('token list dan')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no user dan'),
    });
    expect((await command('token list list')).stdout).toBe('There are no valid tokens.\n');
  });

  it('"token create" prints a token for a user who is named like a subcommand', async () => {
    const { stdout } = await command('token create list');
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: 'list', jti: (await rowsOf('list'))[0] });
    expect(await me(stdout.trim())).toBe(200);
  });
});
