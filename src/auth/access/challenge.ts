import type { ServerResponse } from 'node:http';

/**
 * Sets the header `WWW-Authenticate` (RFC 6750, section 3).
 * @param error null when the request carried no token
 */
export function challenge(
  response: ServerResponse,
  error: 'invalid_token' | 'insufficient_scope' | null,
): void {
  response.setHeader(
    'WWW-Authenticate',
    `Bearer realm="movie-pipeline"${error === null ? '' : `, error="${error}"`}`,
  );
}
