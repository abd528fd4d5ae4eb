import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunEvent, RunFollower } from '../execution/run-follower.js';
import { EventStreams } from './event-streams.js';
import { StreamLimits } from './stream-limits.js';

type Stream = AsyncGenerator<RunEvent | null>;

let streams: EventStreams;
let over: AbortController;

/** A run that changes once and then goes on. */
const FOLLOWER = {
  state: () => Promise.resolve({ kind: 'progress', id: '1' }),
  follow: async function* () {
    yield await Promise.resolve({ kind: 'progress', id: '1' });
    await new Promise(() => undefined);
  },
} as unknown as RunFollower;

beforeEach(() => {
  streams = new EventStreams(FOLLOWER, new StreamLimits());
  over = new AbortController();
});

/** Null when the stream is refused. */
async function open(address: string): Promise<Stream | null> {
  try {
    const stream = await streams.stream(1, { lastId: null, address, signal: over.signal });
    await stream?.next();
    return stream;
  } catch (error) {
    expect(error).toMatchObject({ status: 429 });
    return null;
  }
}

async function opened(addresses: readonly string[]): Promise<number> {
  const results = await Promise.all(addresses.map(open));
  return results.filter((stream) => stream !== null).length;
}

const several = (count: number, address: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => address(n));

describe('event streams', () => {
  it('an IPv4 address has at most ten event streams, also in IPv6 notation', async () => {
    expect(await opened(several(9, () => '192.0.2.1'))).toBe(9);
    expect(await opened(several(9, () => '::ffff:c000:201'))).toBe(1);
    expect(await opened(['192.0.2.2'])).toBe(1);
  });

  it('an IPv6 /64 has at most ten event streams, whatever addresses they come from', async () => {
    expect(await opened(several(100, (n) => `2001:db8:1:2::${n.toString(16)}`))).toBe(10);
  });

  it('an IPv6 /48 has at most 20 event streams, whatever networks they come from', async () => {
    expect(await opened(several(100, (n) => `2001:db8:1:${n.toString(16)}::1`))).toBe(20);
    expect(await opened(['2001:db8:2::1'])).toBe(1);
  });

  it('a stream that ends makes room for another one', async () => {
    const ended = {
      state: FOLLOWER.state.bind(FOLLOWER),
      follow: async function* () {
        yield await Promise.resolve({ kind: 'end', id: 'end' });
      },
    } as unknown as RunFollower;
    streams = new EventStreams(ended, new StreamLimits());
    for (let n = 0; n < 50; n++) {
      const stream = await streams.stream(1, {
        ...{ lastId: null, address: `2001:db8:1:${n.toString(16)}::1`, signal: over.signal },
      });
      expect((await stream?.next())?.done).toBe(false);
      expect((await stream?.next())?.done).toBe(true);
    }
  });
});
