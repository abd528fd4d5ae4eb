import type { ChildProcess } from 'node:child_process';
import type { Counters } from '../../src/sandbox/counters.js';
import { endChild, startChild } from './child.js';
import { built, NOW } from './target.js';

export interface SandboxSettings {
  readonly movies?: number;
  /** Milliseconds that each answer waits, and the most that chance adds. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** Requests in any second, above which it answers 429; left out: no limit. */
  readonly rateLimit?: number;
  /** Makes each answer once, so that making them does not hold up whom it answers. */
  readonly keepAnswers?: boolean;
  /** People in each cast, and as many in each crew; left out: as movies have. */
  readonly people?: number;
}

/** A made-up TMDB in a process of its own: always this working copy's, so that all targets are asked alike. */
export class Sandbox {
  private base = '';

  private constructor(private readonly child: ChildProcess) {}

  /** Begins to start; `ready` waits for it. */
  static start(settings: SandboxSettings): Sandbox {
    const options = {
      movies: settings.movies,
      'latency-ms': settings.latencyMs,
      'jitter-ms': settings.jitterMs,
      'rate-limit': settings.rateLimit,
      people: settings.people,
    };
    const args = Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    );
    if (settings.keepAnswers === true) args.push('--keep-answers');
    return new Sandbox(startChild({ file: built(NOW, 'sandbox/main.js'), args }));
  }

  async ready(): Promise<void> {
    this.base = await new Promise<string>((resolve, reject) => {
      this.child.once('exit', (code) => {
        reject(new Error(`The TMDB sandbox did not start (exit code ${code ?? 'unknown'}).`));
      });
      this.child.stdout?.once('data', (line: Buffer) => {
        resolve((JSON.parse(line.toString()) as { url: string }).url);
      });
    });
  }

  /** What TMDB_BASE_URL is set to. */
  get url(): string {
    return this.base;
  }

  /** What it was asked since it was started or reset. */
  async counters(): Promise<Counters> {
    const response = await fetch(new URL('/sandbox/counters', this.url));
    return (await response.json()) as Counters;
  }

  async reset(): Promise<void> {
    await fetch(new URL('/sandbox/reset', this.url), { method: 'POST' });
  }

  stop(): Promise<void> {
    return endChild(this.child);
  }
}
