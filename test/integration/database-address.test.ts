import '../support/quiet-logs.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { type Behaviour, FaultProxy, pass, secure } from '../support/fault-proxy.js';
import { CERTIFICATE } from '../support/test-certificate.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let folder: string;
let authority: string;
let proxy: FaultProxy | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  authority = join(folder, 'ca.pem');
  await writeFile(authority, CERTIFICATE);
});

afterEach(() => {
  proxy?.close();
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Opens the database and reads a setting through the pool. */
async function read(url: string, setting = 'server_encoding'): Promise<string> {
  const open = await openDatabase({ url, poolSize: 2, dataDir: '/nonexistent' }, { migrate: 'never' });
  try {
    const { rows } = await open.pool.query<{ value: string }>('SELECT current_setting($1) AS value', [
      setting,
    ]);
    return rows[0]?.value ?? '';
  } finally {
    await open.close();
  }
}

async function through(behaviour: Behaviour, host: string, query: Record<string, string>): Promise<string> {
  proxy = await FaultProxy.start(database.url, Array<Behaviour>(10).fill(behaviour));
  const url = new URL(proxy.url);
  url.hostname = host;
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

describe('TLS to the database', () => {
  it('a URL without sslmode uses TLS where the server offers it', async () => {
    expect(await read(await through(secure, '127.0.0.1', {}))).toBe('UTF8');
    // Without TLS the proxy would take the first message for a request for TLS, and wait.
    expect(proxy?.connections).toBe(2);
  });

  it('a URL without sslmode connects to a server that has no TLS', async () => {
    expect(await read(await through(pass, '127.0.0.1', {}))).toBe('UTF8');
  });

  it('a server without TLS is rejected by sslmode=require', async () => {
    const url = await through(pass, '127.0.0.1', { sslmode: 'require' });
    await expect(read(url)).rejects.toThrow('it does not support TLS. Remove sslmode from DATABASE_URL');
  });

  it('sslmode=verify-full accepts a certificate for the host of the URL', async () => {
    const url = await through(secure, 'localhost', { sslmode: 'verify-full', sslrootcert: authority });
    expect(await read(url)).toBe('UTF8');
  });

  it('sslmode=verify-full names the next step for a certificate of another host', async () => {
    const url = await through(secure, '127.0.0.1', { sslmode: 'verify-full', sslrootcert: authority });
    await expect(read(url)).rejects.toThrow('its TLS certificate is for another host name');
  });

  it('sslmode=verify-ca accepts a certificate for another host', async () => {
    const url = await through(secure, '127.0.0.1', { sslmode: 'verify-ca', sslrootcert: authority });
    expect(await read(url)).toBe('UTF8');
  });

  it('sslmode=require rejects a certificate that nobody known has signed', async () => {
    const url = await through(secure, 'localhost', { sslmode: 'require' });
    await expect(read(url)).rejects.toThrow("its TLS certificate can't be verified");
  });
});

describe('the PG* variables of the environment', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('do not change where and how the service connects', async () => {
    const variables = {
      PGHOST: 'nowhere.invalid',
      PGPORT: '1',
      PGUSER: 'nobody',
      PGPASSWORD: 'wrong',
      PGDATABASE: 'nowhere',
      PGSSLMODE: 'require',
      PGSSLROOTCERT: '/nowhere/ca.pem',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c work_mem=65kB',
      PGAPPNAME: 'another program',
      PGREPLICATION: 'database',
    };
    Object.assign(process.env, variables);
    expect(await read(database.url, 'work_mem')).toBe('4MB');
    Object.assign(process.env, variables);
    expect(await read(database.url, 'application_name')).toBe('movie-pipeline');
  });
});
