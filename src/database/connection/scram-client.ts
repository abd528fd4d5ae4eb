import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** The parts of pg's Client and Connection that its types leave out. */
interface Internals {
  password: unknown;
  readonly connection: EventEmitter & { readonly stream: Socket };
}

/**
 * Connects only to a server that proves by SCRAM that it knows the password, as libpq with `require_auth=scram-sha-256`.
 * Another program at the server's address gets neither the password nor a statement.
 */
export class ScramClient extends Client {
  constructor(config: ClientConfig) {
    super(config);
    const internals = this as unknown as Internals;
    const { connection } = internals;
    let isProved = false;
    const reject = (): Promise<never> =>
      Promise.reject(new Error('The server did not ask for the password by SCRAM (require_auth)'));
    for (const request of ['authenticationCleartextPassword', 'authenticationMD5Password']) {
      connection.on(request, () => {
        internals.password = reject;
      });
    }
    connection.on('authenticationSASLFinal', () => {
      isProved = true;
    });
    connection.on('authenticationOk', () => {
      if (!isProved) connection.emit('error', new Error('The server asked for no password (require_auth)'));
    });
    // Otherwise pg takes a connection that failed for one that succeeded, when the server goes on.
    connection.on('error', () => {
      connection.removeAllListeners('readyForQuery');
      connection.stream.destroy();
    });
  }
}
