import { HttpException, Injectable } from '@nestjs/common';
import { type ClientNetworks, clientNetworks } from '../../common/client-networks.js';
import { END, type RunEvent, RunFollower } from '../execution/run-follower.js';

const MAX_STREAMS = 100;
/** From one IPv4 address or IPv6 /64. */
const MAX_STREAMS_PER_LINE = 10;
/** From one IPv6 /48. */
const MAX_STREAMS_PER_SITE = 20;

/** The event streams of this process, bounded in number. */
@Injectable()
export class EventStreams {
  /** By network, of both sizes. */
  private readonly open = new Map<string, number>();
  private total = 0;

  constructor(private readonly follower: RunFollower) {}

  /**
   * Yields the run's progress whenever it changes, and its end. Null at times when nothing changes, for a comment that
   * keeps the connection open. Null instead of a stream when the client has received the last event.
   * @param lastId of the last event that the client has received
   * @throws NoSuchRunError; HttpException 429 or 503 when there are too many streams
   */
  async stream(
    runId: number,
    { lastId, address, signal }: { lastId: string | null; address: string; signal: AbortSignal },
  ): Promise<AsyncGenerator<RunEvent | null> | null> {
    const { kind } = await this.follower.state(runId);
    if (kind === 'end' && lastId === END) return null;
    const networks = clientNetworks(address);
    this.admit(networks);
    return this.changes(runId, lastId, networks, signal);
  }

  private async *changes(
    runId: number,
    lastId: string | null,
    networks: ClientNetworks,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent | null> {
    try {
      let last = lastId;
      for await (const event of this.follower.follow(runId, signal)) {
        yield event.id === last ? null : event;
        last = event.id;
      }
    } finally {
      this.leave(networks);
    }
  }

  private admit({ line, site }: ClientNetworks): void {
    const here = this.open.get(line) ?? 0;
    if (here >= MAX_STREAMS_PER_LINE || (site !== null && (this.open.get(site) ?? 0) >= MAX_STREAMS_PER_SITE))
      throw new TooManyStreamsError(429, 'Too many streams of your network are open. Close one first.');
    if (this.total >= MAX_STREAMS)
      throw new TooManyStreamsError(503, 'Too many streams are open. Try again later.');
    this.total += 1;
    this.open.set(line, here + 1);
    if (site !== null) this.open.set(site, (this.open.get(site) ?? 0) + 1);
  }

  private leave({ line, site }: ClientNetworks): void {
    this.total -= 1;
    for (const network of site === null ? [line] : [line, site]) {
      const left = (this.open.get(network) ?? 1) - 1;
      if (left > 0) this.open.set(network, left);
      else this.open.delete(network);
    }
  }
}

class TooManyStreamsError extends HttpException {
  readonly retryAfterSeconds = 10;

  constructor(status: 429 | 503, message: string) {
    super(message, status);
  }
}
