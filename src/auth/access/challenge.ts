import type { ServerResponse } from 'node:http';

/** Says in the answer's head how to come by access (RFC 6750); `error` is null where no token came. */
export function challenge(
  response: ServerResponse,
  error: 'invalid_token' | 'insufficient_scope' | null,
): void {
  response.setHeader(
    'WWW-Authenticate',
    `Bearer realm="movie-pipeline"${error === null ? '' : `, error="${error}"`}`,
  );
}
