import { CronTime } from 'cron';
import { DateTime } from 'luxon';

/**
 * The times at which one schedule fires. Each local time that the cron names fires once: one that the clocks skip when
 * they are put forward, at the moment they are; one that comes twice when they are put back, the first time.
 */
export class Timetable {
  private readonly calendar: CronTime;
  /** The last answer, which holds for all times from the one asked about to itself. */
  private known: { readonly after: number; readonly next: Date } | null = null;

  constructor(
    readonly cron: string,
    readonly timezone: string,
  ) {
    this.calendar = new CronTime(cron, 'UTC');
  }

  /** The first slot after a time. */
  next(after: Date): Date {
    const ms = after.getTime();
    if (this.known === null || ms < this.known.after || ms >= this.known.next.getTime()) {
      this.known = { after: ms, next: this.find(after) };
    }
    return this.known.next;
  }

  /** The last slot that is past `after` and not past `upTo`; null when there is none. */
  latest(after: Date, upTo: Date): Date | null {
    let latest: Date | null = null;
    for (let slot = this.next(after); slot <= upTo; slot = this.next(slot)) latest = slot;
    return latest;
  }

  /**
   * Walks the calendar in UTC, where no hour is missing or comes twice, and looks for the moment of each local time.
   * Asked for local times itself, `cron` takes an hour that comes before another for both: 2:00 on the day that the
   * clocks are put back fires at 1:00 too.
   */
  private find(after: Date): Date {
    const local = DateTime.fromJSDate(after, { zone: this.timezone });
    let wall: DateTime = local.setZone('UTC', { keepLocalTime: true });
    for (;;) {
      wall = this.calendar.getNextDateFrom(wall, 'UTC');
      const slot = this.momentOf(wall);
      if (slot > after) return slot;
    }
  }

  private momentOf(wall: DateTime): Date {
    let local: DateTime = wall.setZone(this.timezone, { keepLocalTime: true });
    if (+local.setZone('UTC', { keepLocalTime: true }) === +wall) {
      return (local.getPossibleOffsets()[0] ?? local).toJSDate();
    }
    // The clocks skip it; luxon has gone on by as much as they do, and so past the moment they did.
    while (local.minus({ minutes: 1 }).offset === local.offset) local = local.minus({ minutes: 1 });
    return local.toJSDate();
  }
}
