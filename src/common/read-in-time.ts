import { setTimeout as sleep } from 'node:timers/promises';

/** Less than the time-outs of load balancers, so that they see the answer. */
export const HEALTH_TIMEOUT_MS = 3_000;

/** Null when the read fails or takes longer than HEALTH_TIMEOUT_MS. */
export async function readInTime<T>(read: () => Promise<T>): Promise<T | null> {
  return Promise.race([read().catch(() => null), sleep(HEALTH_TIMEOUT_MS, null, { ref: false })]);
}
