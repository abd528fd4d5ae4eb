import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Counters } from './counters.js';
import type { Faults } from './faults.js';
import { sendPlain } from './send.js';

interface Administered {
  counters(): Counters;
  reset(): void;
  setFaults(faults: Partial<Faults>): void;
  remove(...ids: number[]): void;
  restore(...ids: number[]): void;
  revokeKey(): void;
  allowKey(): void;
}

/**
 * Steers a sandbox that runs in a process of its own: GET /sandbox/counters; POST /sandbox/reset, /sandbox/faults (shares
 * by fault), /sandbox/remove and /sandbox/restore (`{"ids": […]}`), /sandbox/revoke-key and /sandbox/allow-key. Answers
 * the counters.
 */
export async function administer(
  sandbox: Administered,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = request.method === 'POST' ? await bodyOf(request) : {};
  const { ids = [] } = body as { ids?: number[] };
  const orders: Record<string, () => void> = {
    'POST /sandbox/reset': () => {
      sandbox.reset();
    },
    'POST /sandbox/faults': () => {
      sandbox.setFaults(body);
    },
    'POST /sandbox/remove': () => {
      sandbox.remove(...ids);
    },
    'POST /sandbox/restore': () => {
      sandbox.restore(...ids);
    },
    'POST /sandbox/revoke-key': () => {
      sandbox.revokeKey();
    },
    'POST /sandbox/allow-key': () => {
      sandbox.allowKey();
    },
    'GET /sandbox/counters': () => undefined,
  };
  const order = orders[`${request.method ?? ''} ${path}`];
  order?.();
  const answer =
    order === undefined ? { error: `There is only ${Object.keys(orders).join(', ')}` } : sandbox.counters();
  sendPlain(response, { status: order === undefined ? 404 : 200, body: answer });
}

/** Without a body, nothing. */
async function bodyOf(request: IncomingMessage): Promise<object> {
  if ((request.headers['content-length'] ?? '0') === '0') return {};
  const body: unknown = await json(request);
  return typeof body === 'object' && body !== null ? body : {};
}
