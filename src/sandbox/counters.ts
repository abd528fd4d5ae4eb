export type Asked =
  'lists' | 'trending' | 'details' | 'genres' | 'changes' | 'export' | 'authentication' | 'other';

/** What a sandbox was asked since it was started or reset. */
export interface Counters {
  readonly requests: number;
  /** Answers sent whole, by HTTP status. */
  readonly answers: Readonly<Record<string, number>>;
  readonly asked: Readonly<Record<Asked, number>>;
  /** Answers spoilt on purpose, by kind of fault. */
  readonly faults: Readonly<Record<string, number>>;
  /** The most requests that came in any one second. */
  readonly maxPerSecond: number;
  /** The most that were being answered at once. */
  readonly maxConcurrent: number;
  readonly connections: number;
  /** Details of a movie that were sent whole. */
  readonly details: number;
}

/** The times of one second, the present one last. */
export class Second {
  private readonly times: number[] = [];
  private first = 0;

  constructor(private readonly now: () => number) {}

  add(): void {
    this.times.push(this.now());
  }

  /** How many times lie less than a second back. */
  count(): number {
    const since = this.now() - 1_000;
    while ((this.times[this.first] ?? Infinity) <= since) this.first += 1;
    if (this.first > 10_000) {
      this.times.splice(0, this.first);
      this.first = 0;
    }
    return this.times.length - this.first;
  }
}

export class Counting {
  private counted = nothing();
  private readonly second = new Second(() => performance.now());
  private concurrent = 0;

  connected(): void {
    this.counted.connections += 1;
  }

  begin(asked: Asked): void {
    this.counted.requests += 1;
    this.counted.asked[asked] += 1;
    this.second.add();
    this.concurrent += 1;
    this.counted.maxPerSecond = Math.max(this.counted.maxPerSecond, this.second.count());
    this.counted.maxConcurrent = Math.max(this.counted.maxConcurrent, this.concurrent);
  }

  /** The answer is under way no more, be it whole or not. */
  end(): void {
    this.concurrent -= 1;
  }

  answered(asked: Asked, status: number): void {
    add(this.counted.answers, String(status));
    if (asked === 'details' && status === 200) this.counted.details += 1;
  }

  spoilt(fault: string): void {
    add(this.counted.faults, fault);
  }

  snapshot(): Counters {
    return structuredClone(this.counted);
  }

  reset(): void {
    this.counted = nothing();
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

function nothing(): Writable<Counters> {
  return {
    requests: 0,
    answers: {},
    asked: {
      lists: 0,
      trending: 0,
      details: 0,
      genres: 0,
      changes: 0,
      export: 0,
      authentication: 0,
      other: 0,
    },
    faults: {},
    maxPerSecond: 0,
    maxConcurrent: 0,
    connections: 0,
    details: 0,
  };
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
