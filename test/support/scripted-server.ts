import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** An HTTP server on loopback. The nth request gets the nth reply; the last reply serves all further requests. */
export class ScriptedServer {
  readonly requests: IncomingMessage[] = [];
  readonly connections = new Set<unknown>();
  private replies: readonly Reply[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on('connection', (socket) => scripted.connections.add(socket));
    server.on('request', (request, response) => {
      const reply = scripted.replies[Math.min(scripted.requests.length, scripted.replies.length - 1)];
      scripted.requests.push(request);
      reply?.(response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/3`;
  }

  script(...replies: Reply[]): void {
    this.replies = replies;
    this.requests.length = 0;
  }

  /** Resolves when a request has arrived since the last `script`. */
  async requestArrived(): Promise<void> {
    if (this.requests.length === 0) await once(this.server, 'request');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
