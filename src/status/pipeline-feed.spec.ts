import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../common/clock.js';
import type { RunsRepository } from '../runs/runs.repository.js';
import type { SchedulesService } from '../scheduler/schedules.service.js';
import { PipelineFeed, type PipelineState } from './pipeline-feed.js';

let nowMs: number;
let polls: number;
/** What the database holds. */
let stored: unknown;
let feed: PipelineFeed;
const over = new AbortController().signal;

beforeEach(() => {
  nowMs = 0;
  polls = 0;
  stored = 'idle';
  const runs = {
    overview: () => {
      polls += 1;
      return Promise.resolve(stored);
    },
  } as unknown as RunsRepository;
  const schedules = {
    overview: () => Promise.resolve({ running: true, jobs: [] }),
  } as unknown as SchedulesService;
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  feed = new PipelineFeed(runs, schedules, clock);
});

async function next(followed: AsyncGenerator<PipelineState | null>): Promise<PipelineState | null> {
  return (await followed.next()).value as PipelineState | null;
}

describe('the feed of the pipeline', () => {
  it('a follower gets the present state and then each change', async () => {
    const followed = feed.follow(null, over);
    expect(await next(followed)).toMatchObject({ runs: 'idle' });
    stored = 'running';
    expect(await next(followed)).toMatchObject({ runs: 'running' });
  });

  it('a follower that knows the present state gets null after ten polls, and then the change', async () => {
    const known = await next(feed.follow(null, over));
    polls = 0;
    const followed = feed.follow(known!.id, over);
    expect([await next(followed), polls]).toEqual([null, 10 - 1]);
    stored = 'running';
    expect(await next(followed)).toMatchObject({ runs: 'running' });
  });

  it('followers that ask at the same time share one poll', async () => {
    const states = await Promise.all(Array.from({ length: 10 }, () => next(feed.follow(null, over))));
    expect(new Set(states).size).toBe(1);
    expect(polls).toBe(1);
  });
});
