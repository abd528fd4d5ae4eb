import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { CERTIFICATE, KEY } from './test-certificate.js';

/** An ErrorResponse of PostgreSQL's protocol, with which the server ends a connection. */
function fatalError(code: string): Buffer {
  const fields = `SFATAL\0C${code}\0Mthe database system is not available\0\0`;
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

/** What the proxy does with a connection to the database at `url`. */
export type Behaviour = (client: Socket, url: string) => void;

export const pass: Behaviour = (client, url) => {
  connectThrough(client, url);
};
export const refuseAsStarting: Behaviour = (client) => {
  client.once('data', () => client.end(fatalError('57P03')));
};
export const drop: Behaviour = (client) => {
  client.destroy();
};
/** Passes a connection that TLS secures, as a server whose certificate is for the name localhost. */
export const secure: Behaviour = (client, url) => {
  client
    .on('error', () => undefined)
    .once('data', () => {
      client.write('S');
      connectThrough(new TLSSocket(client, { isServer: true, key: KEY, cert: CERTIFICATE }), url);
    });
};
/** Passes a connection until its nth query, at which the server shuts down. */
export const shutDownAtQuery =
  (nth: number): Behaviour =>
  (client, url) => {
    const server = connectThrough(client, url);
    let queries = 0;
    client.on('data', (message) => {
      // A Query or a Parse message.
      if (!/^[QP]/.test(message.toString('latin1', 0, 1)) || ++queries < nth) return;
      server.destroy();
      client.end(fatalError('57P01'));
    });
  };

function connectThrough(client: Socket, url: string): Socket {
  const { port, hostname } = new URL(url);
  const server = connect(Number(port), hostname);
  client.pipe(server).pipe(client);
  for (const end of [client, server]) end.on('error', () => undefined);
  return server;
}

/** A proxy in front of a database. It applies one behaviour to each of the first connections, and passes the others. */
export class FaultProxy {
  /** The number of connections so far. */
  connections = 0;

  private constructor(
    private readonly server: Server,
    /** The URL of the database through the proxy. */
    readonly url: string,
  ) {}

  static async start(database: string, behaviours: readonly Behaviour[]): Promise<FaultProxy> {
    const server = createServer((client) => {
      const behave = behaviours[proxy.connections] ?? pass;
      proxy.connections += 1;
      behave(client, database);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(database);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const proxy = new FaultProxy(server, url.href);
    return proxy;
  }

  close(): void {
    this.server.close();
  }
}
