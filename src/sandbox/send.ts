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

/** Compressed, where the client takes that, as TMDB does. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: JsonAnswer,
): Promise<void> {
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const text = JSON.stringify(answer.body);
  const headers = {
    'Content-Type': JSON_TYPE,
    'Cache-Control': answer.status === 200 ? 'public, max-age=21600' : 'public, max-age=0',
    Vary: 'accept-encoding',
  };
  if (!takesGzip || text.length < COMPRESSED_FROM) {
    response.writeHead(answer.status, headers).end(text);
    return;
  }
  const body = await compress(text, { level: 1 });
  response.writeHead(answer.status, { ...headers, 'Content-Encoding': 'gzip' }).end(body);
}
