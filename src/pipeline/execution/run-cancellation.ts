import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RunLeases } from '../../runs/run-lease.repository.js';
import { NoSuchRunError, RunEndedError } from '../../runs/run-errors.js';
import type { Run } from '../../runs/run.js';
import { RunsRepository } from '../../runs/runs.repository.js';

/** Ends runs on request. */
@Injectable()
export class RunCancellation {
  constructor(
    private readonly claims: RunLeases,
    private readonly runs: RunsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A queued run is CANCELLED at once, a running one within seconds.
   * @throws NoSuchRunError, or RunEndedError when there is nothing to cancel any more
   */
  async cancel(runId: number): Promise<Run> {
    const done = await this.claims.cancel(runId, this.clock.now());
    const details = await this.runs.details(runId);
    if (details === null) throw new NoSuchRunError(runId);
    if (!done) throw new RunEndedError(details.run);
    return details.run;
  }
}
