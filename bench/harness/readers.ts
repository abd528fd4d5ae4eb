import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reading {
  /** Asked for in turn. */
  readonly urls: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Asks evenly, whether or not those before have been answered, so that a server that falls behind is seen to. Returns
 * milliseconds from when each request was due to the end of its answer. Rejects when an answer is missing or not 200.
 */
export async function readEvenly({ urls, perSecond, seconds }: Reading): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const asked = Array.from({ length: perSecond * seconds }, async (_, place) => {
    const due = started + (place * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    await read(urls[place % urls.length] ?? '', agent);
    return performance.now() - due;
  });
  try {
    return await Promise.all(asked);
  } finally {
    agent.destroy();
  }
}

async function read(url: string, agent: Agent): Promise<void> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode ?? 'nothing'}.`);
}
