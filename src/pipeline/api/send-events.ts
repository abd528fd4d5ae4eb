import type { Response } from 'express';

/** A client that does not read is disconnected before its backlog fills the memory. */
const MAX_UNREAD_BYTES = 1_000_000;

export interface SentEvent {
  readonly kind: string;
  readonly id: string;
  readonly data: object;
}

/** Sends Server-Sent Events; null becomes a comment, which keeps the connection open. Returns when they have ended. */
export async function sendEvents(response: Response, events: AsyncIterable<SentEvent | null>): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  if (response.req.method === 'HEAD') {
    // Otherwise the connection could not be used again until the events end.
    response.end();
    return;
  }
  response.write('retry: 3000\n\n');
  try {
    for await (const event of events) {
      response.write(event === null ? ': keep-alive\n\n' : text(event));
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    }
  } catch {
    // The client has disconnected or the database is away; the client reconnects.
  }
  response.end();
}

function text({ kind, id, data }: SentEvent): string {
  return `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
