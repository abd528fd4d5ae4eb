import type { IncomingMessage } from 'node:http';

/** RFC 6750, section 2.1. Anchored at both ends, so that matching is linear in the length of the header. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** The token of `Authorization: Bearer …`; null when the header is missing or malformed. */
export function bearerToken({ headers }: IncomingMessage): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
