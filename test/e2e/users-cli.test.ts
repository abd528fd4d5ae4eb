import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { Program } from '../support/program.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'only-for-tests-0f7c2e9a4b6d8135e1';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ JWT_SECRET: SECRET });
});

afterAll(async () => {
  await service.close();
});

/** Runs a command beside the service, without TMDB_API_KEY. */
function command(line: string, input = '', env: Record<string, string> = {}): Promise<CommandResult> {
  return runCommand(line.split(' '), { env: { ...commandEnv(), ...env }, input });
}

function commandEnv(): Record<string, string> {
  return { DATABASE_URL: service.database.url, JWT_SECRET: SECRET };
}

async function login(username: string, password: string): Promise<number> {
  return (await request(service.url).post('/auth/login').send({ username, password })).status;
}

async function me(token: string): Promise<{ status: number; body: unknown }> {
  return request(service.url).get('/auth/me').set('Authorization', `Bearer ${token}`);
}

describe('users on the command line', () => {
  it('"user add" reads the password from standard input and makes the first user an admin, others viewers', async () => {
    const ann = Program.start(['user', 'add', 'ann'], { env: commandEnv() });
    ann.write(`${PASSWORD}\n`);
    expect([await ann.end(), ann.stdout, ann.stderr]).toEqual([0, 'Added ann, admin.\n', '']);
    const bob = await command('user add bob --json', `\uFEFF${PASSWORD}\r\n`);
    const cleo = await command('user add cleo --role admin', PASSWORD);
    expect(JSON.parse(bob.stdout)).toEqual({ name: 'bob', role: 'viewer' });
    expect(cleo.stdout).toBe('Added cleo, admin.\n');
    for (const name of ['ann', 'bob', 'cleo']) expect(await login(name, PASSWORD)).toBe(200);
  });

  it('"user list" prints names, roles and dates, and nothing of the passwords', async () => {
    const text = await command('user list', '', { JWT_SECRET: '' });
    const json = await command('user list --json');
    expect(text.stdout).toMatch(/^ann +admin +\d{4}-/m);
    const users = JSON.parse(json.stdout) as object[];
    expect(users).toHaveLength(3);
    expect(users[1]).toEqual({ name: 'bob', role: 'viewer', created_at: expect.any(String) });
  });

  it.each([
    ['user add ann', 'an existing name', PASSWORD, 'A user ann already exists'],
    ['user add dan', 'two lines', `${PASSWORD}\n${PASSWORD}\n`, 'without control characters'],
    ['user add dan', '10,000 characters', 'x'.repeat(10_000), 'contains more than a password'],
    ['user passwd dan', 'an unknown name', PASSWORD, 'There is no user dan'],
  ])('"%s" fails on %s with the reason on standard error', async (line, _, input, reason) => {
    expect(await command(line, input)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(reason),
    });
  });

  it('"token" prints a token that is valid until "user revoke"', async () => {
    const plain = await command('token ann');
    const json = await command('token ann --expires-in 90d --json');
    const first = plain.stdout.trim();
    const answer = JSON.parse(json.stdout) as { access_token: string };
    expect(answer).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 7_776_000 });
    for (const token of [first, answer.access_token]) {
      expect(await me(token)).toMatchObject({ status: 200, body: { username: 'ann', role: 'admin' } });
    }
    expect((await command('user revoke ann')).code).toBe(0);
    for (const token of [first, answer.access_token]) expect((await me(token)).status).toBe(401);
    expect(await login('ann', PASSWORD)).toBe(200);
  });

  it('"user passwd" replaces the password and invalidates the tokens', async () => {
    const token = (await command('token bob')).stdout.trim();
    expect((await command('user passwd bob', 'another long password')).code).toBe(0);
    expect((await me(token)).status).toBe(401);
    expect([await login('bob', PASSWORD), await login('bob', 'another long password')]).toEqual([401, 200]);
  });

  it('a user removed by "user remove" can no longer log in', async () => {
    expect((await command('user remove cleo --json')).stdout).toBe('{\n  "name": "cleo"\n}\n');
    expect(await login('cleo', PASSWORD)).toBe(401);
  });

  it('"token" without JWT_SECRET is a usage error that names the variable', async () => {
    const { code, stderr } = await command('token ann', '', { JWT_SECRET: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('JWT_SECRET is missing');
  });
});
