import { describe, expect, it } from '@jest/globals';
import { TmdbError } from './tmdb-error.js';
import { CircuitBreaker } from './circuit-breaker.js';

const broken = new TmdbError('connection', 'The connection broke off.');

function refusal(retryAfterMs: number | null): TmdbError {
  return new TmdbError('rate_limited', 'Too many.', { retryAfterMs });
}

describe('TMDB', () => {
  it('is down once ten requests in a row have failed for good', () => {
    const state = new CircuitBreaker();
    const kinds = Array.from({ length: 10 }, () => state.failed(broken).kind);
    expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'connection'), 'unavailable']);
    expect(state.isDown).toBe(true);
    state.answered();
    expect(state.isDown).toBe(false);
    expect(state.failed(broken).kind).toBe('connection');
  });

  it('is down at once when it says so itself', () => {
    const state = new CircuitBreaker();
    expect(state.failed(new TmdbError('unavailable', 'Maintenance.')).message).toBe('Maintenance.');
    expect(state.isDown).toBe(true);
  });

  it.each([
    [null, 1_000],
    [0, 1_000],
    [400, 1_000],
    [7_000, 7_000],
  ])('that asks to wait %j ms is left alone for %i', (asked, ms) => {
    expect(new CircuitBreaker().refused(refusal(asked), 0, 10)).toBe(ms);
  });

  it('is left alone longer each time that it refuses after a pause, and not for one wave of refusals', () => {
    const state = new CircuitBreaker();
    expect(state.refused(refusal(null), 0, 100)).toBe(1_000);
    expect(state.refused(refusal(null), 90, 110)).toBe(1_000);
    expect(state.refused(refusal(null), 1_100, 1_200)).toBe(2_000);
    expect(state.refused(refusal(null), 3_200, 3_300)).toBe(4_000);
    state.answered();
    expect(state.refused(refusal(null), 8_000, 8_100)).toBe(1_000);
  });

  it('ends the run when it goes on refusing, or asks for an hour', () => {
    const state = new CircuitBreaker();
    for (let n = 0; n < 10; n++) state.refused(refusal(null), n * 1_000, n * 1_000 + 1);
    expect(() => state.refused(refusal(null), 20_000, 20_001)).toThrow('Too many.');
    expect(() => new CircuitBreaker().refused(refusal(3_600_000), 0, 1)).toThrow('3600 seconds');
  });
});
