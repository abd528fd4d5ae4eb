import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;

/** Looks again and again; an error counts as "not yet", for what is looked at may be away. @throws Error in the end */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | null | false>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let last: unknown = null;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== null && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`${what} took more than ${seconds} s${last instanceof Error ? ` (${last.message})` : ''}.`);
}
