import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reading {
  /** Requested in turn. */
  readonly urls: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Sends requests at a constant rate that does not depend on the responses, so that a server that falls behind shows.
 * Returns, for each request, the milliseconds from its scheduled time to the end of its response.
 * @throws Error when a response is missing or its status is not 200
 */
export async function readEvenly({ urls, perSecond, seconds }: Reading): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const responses = Array.from({ length: perSecond * seconds }, async (_, place) => {
    const due = started + (place * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    await read(urls[place % urls.length] ?? '', agent);
    return performance.now() - due;
  });
  try {
    return await Promise.all(responses);
  } finally {
    agent.destroy();
  }
}

async function read(url: string, agent: Agent): Promise<void> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url} returned ${response.statusCode ?? 'no status'}.`);
}
