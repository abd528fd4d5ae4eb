import { HttpException, Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { NoSuchRunError } from '../../runs/run-errors.js';
import type { RunProgress } from '../../runs/run.js';
import type { RunDetails } from '../../runs/runs.repository.js';
import { RunsService } from '../../runs/runs.service.js';

/** How far a run is, or its end. */
export type RunEvent =
  | {
      readonly id: string;
      readonly kind: 'progress';
      readonly details: RunDetails;
      readonly progress: RunProgress | null;
    }
  | { readonly id: string; readonly kind: 'end'; readonly details: RunDetails };

/** The id of the last event; whoever has had it needs no other. */
const END = 'end';

const LOOK_MS = 1_000;
const MOST_STREAMS = 100;
const MOST_FROM_ADDRESS = 10;

/** What listeners hear of a run. Looks into the database once a second for each, and not at all for none. */
@Injectable()
export class RunEvents {
  private readonly listeners = new Map<string, number>();

  constructor(
    private readonly runs: RunsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Yields the run's progress whenever it changed, and its end. Null now and then when nothing has, so that the
   * listener can be told that the line still stands.
   * @param lastId of the last event that the listener has had
   * Null when the listener has had the last.
   * @throws NoSuchRunError; HttpException 429 or 503 when too many listen
   */
  async listen(
    runId: number,
    { lastId, address, signal }: { lastId: string | null; address: string; signal: AbortSignal },
  ): Promise<AsyncGenerator<RunEvent | null> | null> {
    const first = await this.look(runId);
    if (first.kind === 'end' && lastId === END) return null;
    this.admit(address);
    return this.events(runId, { first, lastId, address, signal });
  }

  private async *events(
    runId: number,
    {
      first,
      lastId,
      address,
      signal,
    }: { first: RunEvent; lastId: string | null; address: string; signal: AbortSignal },
  ): AsyncGenerator<RunEvent | null> {
    try {
      let last = lastId;
      for (let event = first; ; event = await this.look(runId)) {
        yield event.id === last ? null : event;
        if (event.kind === 'end') return;
        last = event.id;
        await this.clock.sleep(LOOK_MS, signal);
      }
    } finally {
      this.leave(address);
    }
  }

  private async look(runId: number): Promise<RunEvent> {
    const found = await this.runs.progress(runId);
    if (found === null) throw new NoSuchRunError(runId);
    const { details, progress } = found;
    const { status, timesResumed } = details.run;
    if (status !== 'QUEUED' && status !== 'RUNNING') return { id: END, kind: 'end', details };
    const id = [status, timesResumed, progress?.at, progress?.waiting?.until].join('-');
    return { id, kind: 'progress', details, progress };
  }

  private admit(address: string): void {
    const all = [...this.listeners.values()].reduce((sum, count) => sum + count, 0);
    const here = this.listeners.get(address) ?? 0;
    if (here >= MOST_FROM_ADDRESS)
      throw new TooManyListenersError(429, `Close one of your ${here} streams first.`);
    if (all >= MOST_STREAMS)
      throw new TooManyListenersError(503, 'Too many listen already. Try again later.');
    this.listeners.set(address, here + 1);
  }

  private leave(address: string): void {
    const left = (this.listeners.get(address) ?? 1) - 1;
    if (left > 0) this.listeners.set(address, left);
    else this.listeners.delete(address);
  }
}

class TooManyListenersError extends HttpException {
  readonly retryAfterSeconds = 10;

  constructor(status: 429 | 503, message: string) {
    super(message, status);
  }
}
