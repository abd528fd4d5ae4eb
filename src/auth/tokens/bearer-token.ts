import type { IncomingMessage } from 'node:http';

/** RFC 6750's credentials; from start to end, so that a long header that is none costs no time. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** The token of `Authorization: Bearer …`; null where there is none. */
export function bearerToken({ headers }: IncomingMessage): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
