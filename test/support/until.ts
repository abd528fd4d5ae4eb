import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Polls a condition until it holds.
 * @throws Error that names `what`, once the condition has not held for `deadlineMs`; whatever the condition throws
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { deadlineMs, what }: { readonly deadlineMs: number; readonly what: string },
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}.`);
    await sleep(PAUSE_MS);
  }
}
