import { Injectable } from '@nestjs/common';
import { END, type RunEvent, RunFollower } from '../execution/run-follower.js';
import { StreamLimits } from './stream-limits.js';

/** The event streams of runs. */
@Injectable()
export class EventStreams {
  constructor(
    private readonly follower: RunFollower,
    private readonly limits: StreamLimits,
  ) {}

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
    return this.changes(runId, lastId, this.limits.admit(address), signal);
  }

  private async *changes(
    runId: number,
    lastId: string | null,
    leave: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent | null> {
    try {
      let last = lastId;
      for await (const event of this.follower.follow(runId, signal)) {
        yield event.id === last ? null : event;
        last = event.id;
      }
    } finally {
      leave();
    }
  }
}
