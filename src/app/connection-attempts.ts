import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

const ATTEMPT_MS = 2_000;

/**
 * Gives each address of a host, PostgreSQL's and the identity provider's too, enough time to connect over a far link
 * before the next address is tried. Node's default is 250 ms.
 */
export function allowSlowConnections(): void {
  setDefaultAutoSelectFamilyAttemptTimeout(ATTEMPT_MS);
}
