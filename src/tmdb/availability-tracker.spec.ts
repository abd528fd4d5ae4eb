import { describe, expect, it } from '@jest/globals';
import { AvailabilityTracker } from './availability-tracker.js';
import { TmdbError } from './tmdb-error.js';

const broken = new TmdbError('connection', 'The connection was lost.');

function rateLimited(retryAfterMs: number | null): TmdbError {
  return new TmdbError('rate_limited', 'Too many.', { retryAfterMs });
}

describe('AvailabilityTracker', () => {
  it('reports TMDB as down after ten failed requests in a row, until TMDB responds', () => {
    const tracker = new AvailabilityTracker();
    const kinds = Array.from({ length: 10 }, () => tracker.recordFailure(broken).kind);
    expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'connection'), 'unavailable']);
    expect(tracker.isDown).toBe(true);
    tracker.recordResponse();
    expect(tracker.isDown).toBe(false);
    expect(tracker.recordFailure(broken).kind).toBe('connection');
  });

  it('reports TMDB as down at once when TMDB reports maintenance', () => {
    const tracker = new AvailabilityTracker();
    expect(tracker.recordFailure(new TmdbError('unavailable', 'Maintenance.')).message).toBe('Maintenance.');
    expect(tracker.isDown).toBe(true);
  });

  it.each([
    [null, 1_000],
    [0, 1_000],
    [400, 1_000],
    [7_000, 7_000],
  ])('answers a Retry-After of %j ms with a pause of %i ms', (retryAfterMs, pauseMs) => {
    expect(new AvailabilityTracker().recordRateLimit(rateLimited(retryAfterMs), 0, 10)).toBe(pauseMs);
  });

  it('doubles the pause after each 429 that follows a pause, but not for requests sent before the pause', () => {
    const tracker = new AvailabilityTracker();
    expect(tracker.recordRateLimit(rateLimited(null), 0, 100)).toBe(1_000);
    expect(tracker.recordRateLimit(rateLimited(null), 90, 110)).toBe(1_000);
    expect(tracker.recordRateLimit(rateLimited(null), 1_100, 1_200)).toBe(2_000);
    expect(tracker.recordRateLimit(rateLimited(null), 3_200, 3_300)).toBe(4_000);
    tracker.recordResponse();
    expect(tracker.recordRateLimit(rateLimited(null), 8_000, 8_100)).toBe(1_000);
  });

  it('reports TMDB as unavailable after ten pauses in a row, or when TMDB asks for a pause of an hour', () => {
    const tracker = new AvailabilityTracker();
    for (let n = 0; n < 10; n++) tracker.recordRateLimit(rateLimited(null), n * 1_000, n * 1_000 + 1);
    expect(() => tracker.recordRateLimit(rateLimited(null), 20_000, 20_001)).toThrow('Too many.');
    expect(() => new AvailabilityTracker().recordRateLimit(rateLimited(3_600_000), 0, 1)).toThrow(
      '3600 seconds',
    );
  });
});
