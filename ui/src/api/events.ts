/** One event of a `text/event-stream` response. */
export interface StreamEvent {
  readonly kind: string;
  readonly id: string;
  readonly data: string;
}

/**
 * Reads the events of a response to its end; null is a comment, which the service sends when nothing changes. Unlike
 * EventSource, `fetch` can send a token.
 */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent | null> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield parse(block);
  }
}

function parse(block: string): StreamEvent | null {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const data = fields.get('data');
  return data === undefined
    ? null
    : { kind: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data };
}
