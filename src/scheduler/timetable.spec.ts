import { describe, expect, it } from '@jest/globals';
import { Timetable } from './timetable.js';

function occurrences(cron: string, timezone: string, from: string, to: string): string[] {
  const timetable = new Timetable(cron, timezone);
  const found: string[] = [];
  for (let at = timetable.next(new Date(from)); at < new Date(to); at = timetable.next(at)) {
    found.push(at.toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

describe('the occurrences of a timetable', () => {
  it.each([
    ['UTC', '2026-09-01T03:00Z'],
    ['America/New_York', '2026-09-01T07:00Z'],
    ['Asia/Kathmandu', '2026-08-31T21:15Z'],
  ])('a daily schedule of 3:00 in %s occurs at 3:00 local time', (timezone, at) => {
    expect(occurrences('0 3 * * *', timezone, '2026-08-31T12:00:00Z', '2026-09-01T12:00:00Z')).toEqual([at]);
  });

  it.each([
    ['2:00', '0 2 * * *', '2026-03-08T07:00Z'],
    ['2:30', '30 2 * * *', '2026-03-08T07:00Z'],
    ['3:00', '0 3 * * *', '2026-03-08T07:00Z'],
  ])('a schedule of %s in New York occurs at 3:00 on the day that the clocks go forward', (_, cron, at) => {
    expect(occurrences(cron, 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z')).toEqual([
      at,
    ]);
  });

  it('two local times that coincide when the clocks go forward are one occurrence', () => {
    expect(
      occurrences('0 2,3 * * *', 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'),
    ).toEqual(['2026-03-08T07:00Z']);
  });

  it.each([
    ['1:00', '0 1 * * *', '2026-11-01T05:00Z'],
    ['1:30', '30 1 * * *', '2026-11-01T05:30Z'],
    ['2:00', '0 2 * * *', '2026-11-01T07:00Z'],
    ['3:00', '0 3 * * *', '2026-11-01T08:00Z'],
  ])('a schedule of %s in New York occurs once on the day that the clocks go back', (_, cron, at) => {
    expect(occurrences(cron, 'America/New_York', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z')).toEqual([
      at,
    ]);
  });

  it('the next occurrence does not depend on where in the repeated hour the search starts', () => {
    const timetable = new Timetable('30 1 * * *', 'America/New_York');
    for (const minutes of [0, 29, 30, 59, 60, 75, 90, 119]) {
      const after = new Date(Date.parse('2026-11-01T05:00:00Z') + minutes * 60_000);
      const next = minutes < 30 ? '2026-11-01T05:30:00.000Z' : '2026-11-02T06:30:00.000Z';
      expect(new Timetable('30 1 * * *', 'America/New_York').next(after).toISOString()).toBe(next);
      expect(timetable.next(after).toISOString()).toBe(next);
    }
  });

  it.each([
    ['half an hour, in Lord Howe', 'Australia/Lord_Howe', '15 2 * * *', '2026-10-03T15:30Z'],
    ['an hour, in Sydney', 'Australia/Sydney', '30 2 * * *', '2026-10-03T16:00Z'],
    ['a whole day, in Samoa', 'Pacific/Apia', '0 12 30 12 *', '2011-12-30T10:00Z'],
  ])('a local time occurs at the moment of the change when the clocks skip %s', (_, timezone, cron, at) => {
    const day = Date.parse(at.replace('Z', ':00Z'));
    const [from, to] = [day - 43_200_000, day + 43_200_000].map((ms) => new Date(ms).toISOString());
    expect(occurrences(cron, timezone, from!, to!)).toEqual([at]);
  });

  it('the next occurrence of 29 February is found across four years', () => {
    expect(new Timetable('0 0 29 2 *', 'UTC').next(new Date('2028-03-01')).toISOString()).toBe(
      '2032-02-29T00:00:00.000Z',
    );
  });

  it('the next five occurrences keep to local time over a change of the clocks, and move on as they pass', () => {
    const timetable = new Timetable('0 3 * * *', 'America/New_York');
    const upcoming = (after: string): string[] =>
      timetable.upcoming(new Date(after)).map((at) => at.toISOString().slice(5, 16));
    const [first, ...others] = ['10-30T07:00', '10-31T07:00', '11-01T08:00', '11-02T08:00', '11-03T08:00'];
    expect(upcoming('2026-10-30T00:00:00Z')).toEqual([first, ...others]);
    expect(upcoming('2026-10-30T06:59:59Z')).toEqual([first, ...others]);
    expect(upcoming('2026-10-30T07:00:00Z')).toEqual([...others, '11-04T08:00']);
  });

  it('the latest occurrence of a period may fall on its end but not on its start', () => {
    const timetable = new Timetable('0 */6 * * *', 'UTC');
    const latest = (after: string, upTo: string): string | undefined =>
      timetable.latest(new Date(after), new Date(upTo))?.toISOString();
    expect(latest('2026-09-01T00:00:00Z', '2026-09-01T05:59:59Z')).toBeUndefined();
    expect(latest('2026-09-01T00:00:00Z', '2026-09-01T06:00:00Z')).toBe('2026-09-01T06:00:00.000Z');
    expect(latest('2026-09-01T00:00:00Z', '2026-09-03T07:00:00Z')).toBe('2026-09-03T06:00:00.000Z');
  });
});
