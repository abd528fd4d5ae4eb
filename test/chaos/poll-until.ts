import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 100;

/**
 * Polls until `attempt` returns neither null nor false, and returns that value. An attempt that throws counts as "not
 * yet", because a server may be unavailable during a test.
 * @throws Error that names `what` and the last error, after `seconds`
 */
export async function pollUntil<T>(
  attempt: () => Promise<T | null | false> | T | null | false,
  { seconds, what }: { readonly seconds: number; readonly what: string },
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let lastError: unknown = null;
  while (performance.now() < deadline) {
    try {
      const value = await attempt();
      if (value !== null && value !== false) return value;
    } catch (error) {
      lastError = error;
    }
    await sleep(INTERVAL_MS);
  }
  const reason = lastError instanceof Error ? ` Last error: ${lastError.message}` : '';
  throw new Error(`Not within ${seconds} s: ${what}.${reason}`);
}
