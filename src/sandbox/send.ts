import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { failure, type JsonAnswer } from './answer.js';

export const JSON_TYPE = 'application/json;charset=utf-8';
export const NO_KEY = failure(401, 7, 'Invalid API key: You must be granted a valid key.');

const compress = promisify(gzip);
/** Shorter bodies are not worth compressing. */
const COMPRESSED_FROM = 1_024;

export function sendPlain(response: ServerResponse, { status, body }: JsonAnswer): void {
  response.writeHead(status, { 'Content-Type': JSON_TYPE }).end(JSON.stringify(body));
}

/** An answer as it goes over the line. */
export interface Encoded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Compressed, where the client takes that, as TMDB does. */
export async function encode(request: IncomingMessage, answer: JsonAnswer): Promise<Encoded> {
  const text = JSON.stringify(answer.body);
  const headers = {
    'Content-Type': JSON_TYPE,
    'Cache-Control': answer.status === 200 ? 'public, max-age=21600' : 'public, max-age=0',
    Vary: 'accept-encoding',
  };
  if (!takesGzip(request) || text.length < COMPRESSED_FROM)
    return { status: answer.status, headers, body: text };
  const body = await compress(text, { level: 1 });
  return { status: answer.status, headers: { ...headers, 'Content-Encoding': 'gzip' }, body };
}

export function takesGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
}

export function sendEncoded(response: ServerResponse, { status, headers, body }: Encoded): void {
  response.writeHead(status, headers).end(body);
}
