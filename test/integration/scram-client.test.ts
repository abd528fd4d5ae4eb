import '../support/quiet-logs.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/database/connection/database-url.js';
import { connectClient, createPool } from '../../src/database/connection/pool.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createTestDatabase } from '../support/test-database.js';

/** Messages of PostgreSQL's protocol that begin with R: how to authenticate. */
function authentication(kind: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.from([0x52, 0, 0, 0, 8 + rest.length, 0, 0, 0, kind]);
  return Buffer.concat([head, rest]);
}
const OK = authentication(0);
const CLEARTEXT = authentication(3);
const MD5 = authentication(5, Buffer.from('salt'));
const SASL = authentication(10, Buffer.from('SCRAM-SHA-256\0\0'));
const SASL_FINAL = authentication(12, Buffer.from('v=guess'));
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

let server: Server;

afterEach(() => {
  server.close();
});

/** A program that has taken the address of a server. Returns all that it receives after the start of a connection. */
async function impostor(...messages: readonly Buffer[]): Promise<{ url: string; received: Buffer[] }> {
  const received: Buffer[] = [];
  server = createServer((client) => {
    client
      .on('error', () => undefined)
      .once('data', () => {
        client.on('data', (data) => received.push(data)).write(Buffer.concat(messages));
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `postgres://me:hunter2@127.0.0.1:${port}/movies?sslmode=disable&require_auth=scram-sha-256`;
  return { url, received };
}

it.each([
  ['the password', [CLEARTEXT]],
  ['the MD5 sum of the password', [MD5]],
  ['the password after a request for SCRAM', [SASL, CLEARTEXT]],
  ['nothing', [OK, READY]],
  ['nothing after a false proof', [SASL_FINAL, OK, READY]],
])(
  'a program at the address of the server that asks for %s gets neither password nor statement',
  async (_, messages) => {
    const { url, received } = await impostor(...messages);
    const address = parseDatabaseUrl(url);
    await expect(connectClient(address)).rejects.toThrow();
    const pool = createPool({ ...address, schema: 'public' }, 1);
    await expect(pool.query('SELECT 1')).rejects.toThrow();
    await pool.end();
    expect(Buffer.concat(received).toString('latin1')).not.toMatch(/hunter2|md5|SELECT/);
  },
);

it('a server that asks for the password in another way than by SCRAM is reported', async () => {
  const { url } = await impostor(CLEARTEXT);
  await expect(connectClient(parseDatabaseUrl(url))).rejects.toMatchObject({
    code: 'AUTHENTICATION',
    message: expect.stringContaining('The password was not sent'),
  });
});

it('a pool follows its server to another port', async () => {
  const database = await createTestDatabase();
  const [first, second] = [
    await FaultProxy.start(database.url, []),
    await FaultProxy.start(database.url, []),
  ];
  server = createServer();
  let current = first.url;
  const target = { ...parseDatabaseUrl(current), tls: [false] as const, schema: 'public' };
  const pool = createPool(target, 2, () => parseDatabaseUrl(current));
  const client = await pool.connect();
  current = second.url;
  await pool.query('SELECT 1');
  client.release();
  await pool.end();
  expect([first.connections, second.connections]).toEqual([1, 1]);
  first.close();
  second.close();
  await database.drop();
});
