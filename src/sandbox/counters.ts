export type Endpoint =
  'lists' | 'trending' | 'details' | 'genres' | 'changes' | 'export' | 'authentication' | 'other';

/** What a sandbox has counted since its start or the last reset. */
export interface Counters {
  readonly requests: number;
  readonly requestsTo: Readonly<Record<Endpoint, number>>;
  /** Complete responses, by HTTP status. */
  readonly responses: Readonly<Record<string, number>>;
  /** Faulty responses, by kind of fault. */
  readonly faults: Readonly<Record<string, number>>;
  /** The most requests received in any one second. */
  readonly maxPerSecond: number;
  /** The most requests in progress at once. */
  readonly maxConcurrent: number;
  readonly connections: number;
  /** Complete responses with the details of a movie. */
  readonly details: number;
}

/** Counts events within the last second. */
export class LastSecond {
  private readonly times: number[] = [];
  private first = 0;

  constructor(private readonly now: () => number) {}

  add(): void {
    this.times.push(this.now());
  }

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

export class RequestCounter {
  private counters = zeroCounters();
  private readonly lastSecond = new LastSecond(() => performance.now());
  private concurrent = 0;

  connectionOpened(): void {
    this.counters.connections += 1;
  }

  requestReceived(endpoint: Endpoint): void {
    this.counters.requests += 1;
    this.counters.requestsTo[endpoint] += 1;
    this.lastSecond.add();
    this.concurrent += 1;
    this.counters.maxPerSecond = Math.max(this.counters.maxPerSecond, this.lastSecond.count());
    this.counters.maxConcurrent = Math.max(this.counters.maxConcurrent, this.concurrent);
  }

  /** The response is complete, or its connection has ended. */
  requestEnded(): void {
    this.concurrent -= 1;
  }

  responseSent(endpoint: Endpoint, status: number): void {
    increment(this.counters.responses, String(status));
    if (endpoint === 'details' && status === 200) this.counters.details += 1;
  }

  faultInjected(fault: string): void {
    increment(this.counters.faults, fault);
  }

  snapshot(): Counters {
    return structuredClone(this.counters);
  }

  reset(): void {
    this.counters = zeroCounters();
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

function zeroCounters(): Writable<Counters> {
  return {
    requests: 0,
    requestsTo: {
      lists: 0,
      trending: 0,
      details: 0,
      genres: 0,
      changes: 0,
      export: 0,
      authentication: 0,
      other: 0,
    },
    responses: {},
    faults: {},
    maxPerSecond: 0,
    maxConcurrent: 0,
    connections: 0,
    details: 0,
  };
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
