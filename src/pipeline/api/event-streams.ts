import { HttpException, Injectable } from '@nestjs/common';
import { END, type RunEvent, RunFollower } from '../execution/run-follower.js';

const MAX_STREAMS = 100;
const MAX_STREAMS_PER_ADDRESS = 10;

/** The event streams of this process, bounded in number. */
@Injectable()
export class EventStreams {
  private readonly open = new Map<string, number>();

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
    this.admit(address);
    return this.changes(runId, lastId, address, signal);
  }

  private async *changes(
    runId: number,
    lastId: string | null,
    address: string,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent | null> {
    try {
      let last = lastId;
      for await (const event of this.follower.follow(runId, signal)) {
        yield event.id === last ? null : event;
        last = event.id;
      }
    } finally {
      this.leave(address);
    }
  }

  private admit(address: string): void {
    const total = [...this.open.values()].reduce((sum, count) => sum + count, 0);
    const here = this.open.get(address) ?? 0;
    if (here >= MAX_STREAMS_PER_ADDRESS)
      throw new TooManyStreamsError(429, `Close one of your ${here} streams first.`);
    if (total >= MAX_STREAMS)
      throw new TooManyStreamsError(503, 'Too many streams are open. Try again later.');
    this.open.set(address, here + 1);
  }

  private leave(address: string): void {
    const left = (this.open.get(address) ?? 1) - 1;
    if (left > 0) this.open.set(address, left);
    else this.open.delete(address);
  }
}

class TooManyStreamsError extends HttpException {
  readonly retryAfterSeconds = 10;

  constructor(status: 429 | 503, message: string) {
    super(message, status);
  }
}
