import type { Counters } from '../../src/sandbox/counters.js';
import type { Faults } from '../../src/sandbox/faults.js';
import { Program } from '../support/program.js';
import { built, ROOT } from './built.js';

/** The stand-in for TMDB as a process of its own. */
export class SandboxProcess {
  private constructor(
    private readonly program: Program,
    /** What TMDB_BASE_URL is set to. */
    readonly url: string,
  ) {}

  static async start(movies: number, seed: number): Promise<SandboxProcess> {
    const args = ['--movies', movies, '--seed', seed, '--latency-ms', 15, '--jitter-ms', 15];
    const program = Program.node([built('sandbox/main.js'), ...args.map(String)], { env: {}, cwd: ROOT });
    const [, url = ''] = await program.printed(/"url":"([^"]+)"/);
    return new SandboxProcess(program, url);
  }

  counters(): Promise<Counters> {
    return this.ask('counters');
  }

  async reset(): Promise<void> {
    await this.ask('reset', {});
  }

  /** Replaces all shares of spoilt answers. */
  async setFaults(faults: Partial<Faults>): Promise<void> {
    await this.ask('faults', faults);
  }

  async stop(): Promise<void> {
    this.program.kill('SIGTERM');
    await this.program.end();
  }

  private async ask(order: string, body?: object): Promise<Counters> {
    const response = await fetch(
      new URL(`/sandbox/${order}`, this.url),
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    );
    return (await response.json()) as Counters;
  }
}
