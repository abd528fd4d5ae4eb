import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/open-database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let door: Server;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  door.close();
  await database.drop();
});

/** What PostgreSQL says to whoever comes too early: its protocol's ErrorResponse. */
function tooEarly(): Buffer {
  const fields = 'SFATAL\0C57P03\0Mthe database system is starting up\0\0';
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

/** The database behind a door at which the first few are too early. */
async function opensAfter(refusals: number): Promise<{ url: string; refused: () => number }> {
  const [url, { port, hostname }] = [new URL(database.url), new URL(database.url)];
  let refused = 0;
  door = createServer((socket) => {
    if (refused < refusals) {
      refused += 1;
      socket.once('data', () => socket.end(tooEarly()));
      return;
    }
    const server = connect(Number(port), hostname);
    socket.pipe(server).pipe(socket);
    for (const end of [socket, server]) end.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  url.host = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  return { url: url.href, refused: () => refused };
}

it('a database that is just starting is waited for', async () => {
  const { url, refused } = await opensAfter(3);
  const opened = await openDatabase({ url, poolSize: 1, dataDir: '.' });
  expect(await opened.prisma.movie.count()).toBe(0);
  expect(refused()).toBe(3);
  await opened.close();
});
