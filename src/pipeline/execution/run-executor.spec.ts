import { describe, expect, it } from '@jest/globals';
import { InstantClock } from '../../../test/support/fake-clock.js';
import type { LeasedRun, RunLeases } from '../../runs/run-lease.repository.js';
import type { RunHeartbeat } from '../../runs/run-heartbeat.js';
import { RunExecutor } from './run-executor.js';
import type { RunStages } from './run-stages.js';

const RUN: LeasedRun = {
  lease: { runId: 1, token: 1, leaseholder: 'a worker' } as unknown as LeasedRun['lease'],
  plan: { updateType: 'quick', sources: [], enrichment: null, incremental: true },
  startedAt: new Date('2026-09-01T12:00:00Z'),
  enrichmentTotal: null,
};

/** An executor whose stages fail with the error as often as stated, then end the run. */
function executor(error: Error, failures: number): { executor: RunExecutor; attempts: () => number } {
  let attempts = 0;
  const stages = {
    run: () => {
      attempts += 1;
      return attempts > failures ? Promise.resolve({ kind: 'completed' }) : Promise.reject(error);
    },
  };
  const leases = {
    reacquire: () => Promise.resolve(RUN),
    finish: () => Promise.resolve({ id: 1, status: 'SUCCESS', counts: {} }),
  };
  const heartbeat = { during: (_: unknown, task: () => Promise<unknown>) => task() };
  return {
    executor: new RunExecutor(
      leases as unknown as RunLeases,
      stages as unknown as RunStages,
      heartbeat as unknown as RunHeartbeat,
      new InstantClock(-1),
      () => 0.5,
    ),
    attempts: () => attempts,
  };
}

const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const locked = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });

describe('a run that loses its database', () => {
  it.each([
    ['the connection', lost],
    ['a lock', locked],
  ])('resumes when %s comes back after nineteen losses', async (_, error) => {
    const { executor: lead, attempts } = executor(error, 19);
    expect(await lead.execute(RUN, new AbortController().signal)).toEqual({ kind: 'completed' });
    expect(attempts()).toBe(20);
  });

  it('counts as having crashed its worker after twenty losses', async () => {
    const { executor: lead, attempts } = executor(lost, 100);
    await expect(lead.execute(RUN, new AbortController().signal)).rejects.toBe(lost);
    expect(attempts()).toBe(20);
  });
});
