import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** PostgreSQL's last word to a client: its protocol's ErrorResponse. */
function fatal(code: string): Buffer {
  const fields = `SFATAL\0C${code}\0Mthe database system has its reasons\0\0`;
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

/** What becomes of a connection to the database at `url`. */
export type Fate = (client: Socket, url: string) => void;

export const letIn: Fate = (client, url) => {
  through(client, url);
};
export const tooEarly: Fate = (client) => {
  client.once('data', () => client.end(fatal('57P03')));
};
export const nobodyThere: Fate = (client) => {
  client.destroy();
};
/** Lets in, and stops at the query that is the nth of its connection. */
export const stopsAtQuery =
  (nth: number): Fate =>
  (client, url) => {
    const server = through(client, url);
    let queries = 0;
    client.on('data', (message) => {
      // A simple query, or one that is to be parsed first.
      if (!/^[QP]/.test(message.toString('latin1', 0, 1)) || ++queries < nth) return;
      server.destroy();
      client.end(fatal('57P01'));
    });
  };

function through(client: Socket, url: string): Socket {
  const { port, hostname } = new URL(url);
  const server = connect(Number(port), hostname);
  client.pipe(server).pipe(client);
  for (const end of [client, server]) end.on('error', () => undefined);
  return server;
}

/** Stands before a database; the first connections meet their fates, one each, and those after them are let in. */
export class DatabaseDoor {
  /** How many connections there were. */
  met = 0;

  private constructor(
    private readonly server: Server,
    /** Of the database, through the door. */
    readonly url: string,
  ) {}

  static async before(database: string, fates: readonly Fate[]): Promise<DatabaseDoor> {
    const server = createServer((client) => {
      const fate = fates[door.met] ?? letIn;
      door.met += 1;
      fate(client, database);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(database);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const door = new DatabaseDoor(server, url.href);
    return door;
  }

  close(): void {
    this.server.close();
  }
}
