import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Flood {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request after another on each of several connections until the signal aborts. Returns how many were answered. */
export async function flood(attack: Flood, connections: number, signal: AbortSignal): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let answered = 0;
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      await send(attack, agent);
      answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, one));
  } finally {
    agent.destroy();
  }
  return answered;
}

async function send({ method, url, headers, body }: Flood, agent: Agent): Promise<void> {
  const sent = request(url, { method, agent, headers: { 'content-type': 'application/json', ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
}
