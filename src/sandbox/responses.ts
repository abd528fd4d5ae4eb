import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface JsonResponse {
  readonly status: number;
  readonly body: object;
}

export const JSON_TYPE = 'application/json;charset=utf-8';
export const INVALID_KEY = failure(401, 7, 'Invalid API key: You must be granted a valid key.');

const compress = promisify(gzip);
/** Characters. Shorter bodies are sent uncompressed. */
const MIN_COMPRESSED_LENGTH = 1_024;

/** An error in the form that TMDB gives it. */
export function failure(status: number, code: number, message: string): JsonResponse {
  return { status, body: { success: false, status_code: code, status_message: message } };
}

export function sendPlain(response: ServerResponse, { status, body }: JsonResponse): void {
  response.writeHead(status, { 'Content-Type': JSON_TYPE }).end(JSON.stringify(body));
}

/** A response as it is sent. */
export interface Encoded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Compresses the body if the client accepts gzip, as TMDB does. */
export async function encode(request: IncomingMessage, { status, body }: JsonResponse): Promise<Encoded> {
  const text = JSON.stringify(body);
  const headers = {
    'Content-Type': JSON_TYPE,
    'Cache-Control': status === 200 ? 'public, max-age=21600' : 'public, max-age=0',
    Vary: 'accept-encoding',
  };
  if (!acceptsGzip(request) || text.length < MIN_COMPRESSED_LENGTH) return { status, headers, body: text };
  const compressed = await compress(text, { level: 1 });
  return { status, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: compressed };
}

export function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
}

export function sendEncoded(response: ServerResponse, { status, headers, body }: Encoded): void {
  response.writeHead(status, headers).end(body);
}
