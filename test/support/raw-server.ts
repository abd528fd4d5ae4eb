import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP server on loopback that treats each connection in the same way. */
export class RawServer {
  /** The number of connections so far. */
  connections = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(treat: (socket: Socket) => void): Promise<RawServer> {
    const server = createServer((socket) => {
      raw.connections += 1;
      raw.open.add(socket);
      socket.on('error', () => undefined);
      treat(socket);
    });
    const raw = new RawServer(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when the next connection is open. */
  async connected(): Promise<void> {
    await once(this.server, 'connection');
  }

  stop(): void {
    for (const socket of this.open) socket.destroy();
    this.server.close();
  }
}

/** Accepts the connection and never answers. */
export const stall = (socket: Socket): void => {
  socket.resume();
};
/** Closes the connection as soon as it is open. */
export const close = (socket: Socket): void => {
  socket.end();
};
export const reset = (socket: Socket): void => {
  socket.resetAndDestroy();
};
/** Answers the first bytes with `reply`, and nothing more. */
export const answer =
  (reply: string) =>
  (socket: Socket): void => {
    socket.once('data', () => socket.write(reply));
  };
/** Answers the first bytes with `reply`, and closes the connection. */
export const answerAndClose =
  (reply: string) =>
  (socket: Socket): void => {
    socket.once('data', () => socket.end(reply));
  };
