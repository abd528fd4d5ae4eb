import { type Catalogue, idOf, isoDay } from './movies.js';
import { Dice, hash } from './random.js';

/** How often what happens. */
export interface Rates {
  /** A day. */
  readonly changes: number;
  /** The share of the changes that the feed does not name. */
  readonly unannounced: number;
  /** A day. */
  readonly deletions: number;
  /** Movies that come back, a day. */
  readonly returns: number;
  /** Movies that turn adult, a day. */
  readonly adults: number;
  /** How long after a change the feed names it. */
  readonly feedLagMs: number;
}

/** A silent change is one that the feed does not name. */
export type Kind = 'change' | 'silent change' | 'deletion' | 'return' | 'adult';

interface Event {
  readonly at: number;
  readonly kind: Kind;
}

interface NamedMovie {
  readonly id: number;
  /** When the feed names it. */
  readonly from: number;
}

const NO_RATES: Rates = {
  changes: 0,
  unannounced: 0,
  deletions: 0,
  returns: 0,
  adults: 0,
  feedLagMs: 0,
};

const DAY_MS = 86_400_000;
/** An id that no movie has: TMDB's feed names drafts too. */
const UNKNOWN_ID = 2_000_000_000;

/** What happens to the movies of a sandbox: when, by the seed, and what the change feed says of it. */
export class Timeline {
  /** How often each movie has changed. */
  readonly revisions = new Map<number, number>();
  readonly adults = new Set<number>();
  readonly removed = new Set<number>();
  /** When each movie last changed in a way that the feed names, in milliseconds since 1970. */
  readonly changedAt = new Map<number, number>();
  private readonly feed = new Map<string, NamedMovie[]>();
  private rates = NO_RATES;
  private nowMs: number | null = null;
  private pending: Event[] = [];

  /** The time of day: the real one until `advanceTo`. */
  get now(): Date {
    return new Date(this.nowMs ?? Date.now());
  }

  /** Whether the feed consists of what has happened. */
  get isSimulated(): boolean {
    return this.nowMs !== null;
  }

  setRates(rates: Partial<Rates>): void {
    this.rates = { ...NO_RATES, ...rates };
  }

  /** Lets everything happen up to a time; the first call only sets it. */
  advanceTo(time: Date, catalogue: Catalogue): void {
    const until = time.getTime();
    let day = this.nowMs === null ? Math.floor(until / DAY_MS) : Math.floor(this.nowMs / DAY_MS);
    this.happen(until, catalogue);
    while (++day * DAY_MS <= until) {
      this.pending = this.eventsOf(day, catalogue.seed);
      this.happen(until, catalogue);
    }
    this.nowMs = until;
  }

  /** Lets something happen to movies now. */
  let(kind: Kind, ...ids: number[]): void {
    for (const id of ids) this.apply(kind, id, this.now.getTime());
  }

  /** What the feed says of the days from `start` to `end`, exclusive, at this moment. */
  namedBetween(start: number, end: number): { readonly id: number | null; readonly adult: boolean | null }[] {
    const named = new Map<number, { id: number; adult: boolean | null }>();
    const now = this.now.getTime();
    let isPast = false;
    for (let day = start; day < Math.min(end, now); day += DAY_MS) {
      isPast = true;
      for (const { id, from } of this.feed.get(isoDay(new Date(day))) ?? []) {
        if (from <= now) named.set(id, { id, adult: id % 50 === 1 ? null : this.adults.has(id) });
      }
    }
    if (!isPast) return [];
    // TMDB documents no order.
    const shuffled = [...named.values()].sort((a, b) => hash(a.id, start) - hash(b.id, start));
    return [{ id: null, adult: null }, ...shuffled, { id: UNKNOWN_ID, adult: false }];
  }

  private eventsOf(day: number, seed: number): Event[] {
    const dice = new Dice(seed, day, 31);
    const { rates } = this;
    const some = (rate: number, kind: () => Kind): Event[] =>
      Array.from({ length: Math.floor(rate) + (dice.chance(rate % 1) ? 1 : 0) }, () => ({
        at: day * DAY_MS + dice.int(0, DAY_MS - 1),
        kind: kind(),
      }));
    return [
      ...some(rates.changes, () => (dice.chance(rates.unannounced) ? 'silent change' : 'change')),
      ...some(rates.deletions, () => 'deletion'),
      ...some(rates.returns, () => 'return'),
      ...some(rates.adults, () => 'adult'),
    ].sort((a, b) => a.at - b.at);
  }

  private happen(until: number, catalogue: Catalogue): void {
    const due = this.pending.filter(({ at }) => at <= until);
    this.pending = this.pending.slice(due.length);
    for (const { at, kind } of due) {
      const dice = new Dice(catalogue.seed, at, 32);
      const id = kind === 'return' ? this.someRemoved(dice) : this.somePresent(dice, catalogue);
      if (id !== null) this.apply(kind, id, at);
    }
  }

  private somePresent(dice: Dice, catalogue: Catalogue): number | null {
    const id = idOf(catalogue, dice.int(0, catalogue.movies - 1));
    return this.removed.has(id) ? null : id;
  }

  private someRemoved(dice: Dice): number | null {
    return this.removed.size === 0 ? null : dice.pick([...this.removed]);
  }

  private apply(kind: Kind, id: number, at: number): void {
    if (kind === 'deletion') this.removed.add(id);
    else if (kind === 'return') this.removed.delete(id);
    else if (kind === 'adult') this.adults.add(id);
    this.revisions.set(id, (this.revisions.get(id) ?? 0) + 1);
    if (kind === 'silent change') return;
    this.changedAt.set(id, at);
    const day = isoDay(new Date(at));
    const named = this.feed.get(day) ?? [];
    named.push({ id, from: at + this.rates.feedLagMs });
    this.feed.set(day, named);
  }
}
