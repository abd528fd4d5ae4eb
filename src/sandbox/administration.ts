import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Counters } from './counters.js';
import type { PublishedExports } from './exports.js';
import type { Faults } from './faults.js';
import { sendPlain } from './responses.js';

interface Administered {
  counters(): Counters;
  reset(): void;
  setFaults(faults: Partial<Faults>): void;
  remove(...ids: number[]): void;
  restore(...ids: number[]): void;
  publishExports(exports: Partial<PublishedExports>): void;
  revokeKey(): void;
  allowKey(): void;
}

/**
 * Controls a sandbox in another process: GET /sandbox/counters; POST /sandbox/reset, /sandbox/faults (shares by fault),
 * /sandbox/exports (`{"lastDay": …, "fault": …}`), /sandbox/remove and /sandbox/restore (`{"ids": […]}`), /sandbox/revoke-key and /sandbox/allow-key. Each responds with
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
  const actions: Record<string, () => void> = {
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
    'POST /sandbox/exports': () => {
      sandbox.publishExports(body);
    },
    'POST /sandbox/revoke-key': () => {
      sandbox.revokeKey();
    },
    'POST /sandbox/allow-key': () => {
      sandbox.allowKey();
    },
    'GET /sandbox/counters': () => undefined,
  };
  const action = actions[`${request.method ?? ''} ${path}`];
  if (action === undefined) {
    const error = `Unknown action. The actions are: ${Object.keys(actions).join(', ')}.`;
    sendPlain(response, { status: 404, body: { error } });
    return;
  }
  action();
  sendPlain(response, { status: 200, body: sandbox.counters() });
}

/** An empty object without a body. */
async function bodyOf(request: IncomingMessage): Promise<object> {
  if ((request.headers['content-length'] ?? '0') === '0') return {};
  const body: unknown = await json(request);
  return typeof body === 'object' && body !== null ? body : {};
}
