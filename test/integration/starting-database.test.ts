import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
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

/** PostgreSQL's last word to a client: its protocol's ErrorResponse. */
function fatal(code: string): Buffer {
  const fields = `SFATAL\0C${code}\0Mthe database system has its reasons\0\0`;
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

type Fate = (client: Socket) => void;

const tooEarly: Fate = (client) => {
  client.once('data', () => client.end(fatal('57P03')));
};
const nobodyThere: Fate = (client) => {
  client.destroy();
};
/** Lets in, and stops at the first query. */
const stopsInTheMidst: Fate = (client) => {
  const server = through(client);
  client.on('data', (message) => {
    if (message.toString('latin1', 0, 1) !== 'Q') return;
    server.destroy();
    client.end(fatal('57P01'));
  });
};

function through(client: Socket): Socket {
  const { port, hostname } = new URL(database.url);
  const server = connect(Number(port), hostname);
  client.pipe(server).pipe(client);
  for (const end of [client, server]) end.on('error', () => undefined);
  return server;
}

/** The database behind a door at which the first connections meet their fates, one each. */
async function behindDoor(fates: readonly Fate[]): Promise<{ url: string; met: () => number }> {
  let met = 0;
  door = createServer((client) => {
    const fate = fates[met];
    if (fate === undefined) through(client);
    else {
      met += 1;
      fate(client);
    }
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = new URL(database.url);
  url.host = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  return { url: url.href, met: () => met };
}

it.each([
  { what: 'is just starting', fates: [tooEarly, tooEarly, tooEarly] },
  { what: 'stops in the midst and comes back', fates: [stopsInTheMidst, nobodyThere, tooEarly] },
])('a database that $what is waited for', async ({ fates }) => {
  const { url, met } = await behindDoor(fates);
  const opened = await openDatabase({ url, poolSize: 1, dataDir: '.' });
  expect(await opened.prisma.movie.count()).toBe(0);
  expect(met()).toBe(3);
  await opened.close();
});

it('one that was not there to begin with is an error at once', async () => {
  const { url, met } = await behindDoor([nobodyThere, tooEarly]);
  await expect(openDatabase({ url, poolSize: 1, dataDir: '.' })).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
  expect(met()).toBe(1);
});
