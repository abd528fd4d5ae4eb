import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Ask {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const LOOK_MS = 250;
const ANSWER_MS = 10_000;

/** One of the servers; its connections are kept, and used again. */
class Backend {
  isReady = false;
  readonly agent = new Agent({ keepAlive: true });

  constructor(readonly address: string) {}

  ask({ path, body, headers = {} }: Ask, agent = this.agent): Promise<Answer> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    const type =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': sent.length };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${this.address}${path}`,
        {
          method: body === undefined ? 'GET' : 'POST',
          headers: { ...type, ...headers },
          ...{ agent, timeout: ANSWER_MS },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', reject).on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: text });
          });
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`No answer within ${ANSWER_MS / 1_000} s`)));
      asked.on('error', reject).end(sent);
    });
  }
}

/** Spreads requests over those servers that say they are ready, as a load balancer does; it tries nothing twice. */
export class Balancer {
  private readonly backends: readonly Backend[];
  private readonly over = new AbortController();
  private readonly looking: readonly Promise<void>[];
  private turn = 0;

  constructor(addresses: readonly string[]) {
    this.backends = addresses.map((address) => new Backend(address));
    this.looking = this.backends.map((backend) => this.look(backend));
  }

  /** How many are ready. */
  get ready(): number {
    return this.backends.filter(({ isReady }) => isReady).length;
  }

  /** By turns. Rejects when the connection fails, or no server is ready. */
  ask(what: Ask): Promise<Answer> {
    const ready = this.backends.filter(({ isReady }) => isReady);
    this.turn += 1;
    const backend = ready[this.turn % ready.length];
    return backend === undefined ? Promise.reject(new Error('No server is ready')) : backend.ask(what);
  }

  async close(): Promise<void> {
    this.over.abort();
    await Promise.all(this.looking);
    for (const { agent } of this.backends) agent.destroy();
  }

  private async look(backend: Backend): Promise<void> {
    // As probes come: each over a connection of its own.
    const agent = new Agent();
    while (!this.over.signal.aborted) {
      backend.isReady = await backend.ask({ path: '/health/ready' }, agent).then(
        ({ status }) => status === 200,
        () => false,
      );
      await sleep(LOOK_MS);
    }
  }
}
