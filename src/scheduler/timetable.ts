import { CronTime } from 'cron';
import { DateTime } from 'luxon';

const UPCOMING = 5;

/**
 * The occurrences of one schedule. Each local time that the cron names occurs once a day: a time that the clocks skip in
 * spring occurs at the moment of the change, and a time that comes twice in autumn occurs the first time.
 */
export class Timetable {
  private readonly calendar: CronTime;
  /** The last result of `next`, which holds for every time from `after` until `next`. */
  private cached: { readonly after: number; readonly next: Date } | null = null;
  /** The last result of `upcoming`, which holds for as long as its first occurrence is the next one. */
  private cachedUpcoming: readonly Date[] = [];

  constructor(
    readonly cron: string,
    readonly timezone: string,
  ) {
    this.calendar = new CronTime(cron, 'UTC');
  }

  /** The first occurrence after a time. */
  next(after: Date): Date {
    const ms = after.getTime();
    if (this.cached === null || ms < this.cached.after || ms >= this.cached.next.getTime()) {
      this.cached = { after: ms, next: this.find(after) };
    }
    return this.cached.next;
  }

  /** The first five occurrences after a time, in order. */
  upcoming(after: Date): readonly Date[] {
    const first = this.next(after);
    if (this.cachedUpcoming[0]?.getTime() === first.getTime()) return this.cachedUpcoming;
    const times = [first];
    while (times.length < UPCOMING) times.push(this.find(times.at(-1) ?? first));
    this.cachedUpcoming = times;
    return times;
  }

  /** The last occurrence in (after, upTo]; null when there is none. */
  latest(after: Date, upTo: Date): Date | null {
    let latest: Date | null = null;
    for (let at = this.next(after); at <= upTo; at = this.next(at)) latest = at;
    return latest;
  }

  /**
   * Iterates over local times as if they were UTC, where no hour is skipped or repeated, and converts each to its moment.
   * `cron` itself must not be given the time zone: on the day that the clocks go back it returns both 1:00 and 2:00 for a
   * job of 2:00.
   */
  private find(after: Date): Date {
    const local = DateTime.fromJSDate(after, { zone: this.timezone });
    let wall: DateTime = local.setZone('UTC', { keepLocalTime: true });
    for (;;) {
      wall = this.calendar.getNextDateFrom(wall, 'UTC');
      const moment = this.momentOf(wall);
      if (moment > after) return moment;
    }
  }

  private momentOf(wall: DateTime): Date {
    let local: DateTime = wall.setZone(this.timezone, { keepLocalTime: true });
    if (+local.setZone('UTC', { keepLocalTime: true }) === +wall) {
      return (local.getPossibleOffsets()[0] ?? local).toJSDate();
    }
    // The clocks skip this time. luxon has moved it forward by the gap, so the change lies before it.
    while (local.minus({ minutes: 1 }).offset === local.offset) local = local.minus({ minutes: 1 });
    return local.toJSDate();
  }
}
