import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

export interface HttpRequest {
  readonly path: string;
  /** Sent as JSON by POST. A request without a body is a GET. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const PROBE_INTERVAL_MS = 250;
const RESPONSE_TIMEOUT_MS = 10_000;

/** One server behind the load balancer. Its connections are kept alive and reused. */
class Backend {
  isReady = false;
  readonly agent = new Agent({ keepAlive: true });

  constructor(readonly address: string) {}

  send({ path, body, headers = {} }: HttpRequest, agent = this.agent): Promise<HttpResponse> {
    const json = body === undefined ? '' : JSON.stringify(body);
    const bodyHeaders =
      body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.address}${path}`,
        {
          method: body === undefined ? 'GET' : 'POST',
          headers: { ...bodyHeaders, ...headers },
          ...{ agent, timeout: RESPONSE_TIMEOUT_MS },
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
      outgoing.on('timeout', () =>
        outgoing.destroy(new Error(`No response within ${RESPONSE_TIMEOUT_MS / 1_000} s`)),
      );
      outgoing.on('error', reject).end(json);
    });
  }
}

/** Distributes requests over the servers whose readiness probe succeeds. It never retries a request. */
export class LoadBalancer {
  private readonly backends: readonly Backend[];
  private readonly closing = new AbortController();
  private readonly probes: readonly Promise<void>[];
  private sent = 0;

  constructor(addresses: readonly string[]) {
    this.backends = addresses.map((address) => new Backend(address));
    this.probes = this.backends.map((backend) => this.probe(backend));
  }

  get readyCount(): number {
    return this.backends.filter(({ isReady }) => isReady).length;
  }

  /** Round-robin. Rejects when the connection fails or no server is ready. */
  send(request: HttpRequest): Promise<HttpResponse> {
    const ready = this.backends.filter(({ isReady }) => isReady);
    this.sent += 1;
    const backend = ready[this.sent % ready.length];
    return backend === undefined ? Promise.reject(new Error('No server is ready')) : backend.send(request);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.probes);
    for (const { agent } of this.backends) agent.destroy();
  }

  private async probe(backend: Backend): Promise<void> {
    // Every probe opens its own connection, as a load balancer's probes do.
    const agent = new Agent();
    while (!this.closing.signal.aborted) {
      backend.isReady = await backend.send({ path: '/health/ready' }, agent).then(
        ({ status }) => status === 200,
        () => false,
      );
      await sleep(PROBE_INTERVAL_MS);
    }
  }
}
