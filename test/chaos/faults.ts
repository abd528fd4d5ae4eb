import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchedSandbox } from '../../src/sandbox/launch.js';
import type { Dice } from './built.js';
import { query, type Postgres } from './postgres.js';
import { type Replica, stopGracefully } from './replica.js';

type FaultKind = 'kill' | 'stall' | 'stop' | 'restart' | 'storm' | 'truncate';

export interface PlannedFault {
  readonly kind: FaultKind;
  /** When to inject it, as a share of the requests that the run is expected to make. From 0 to 1. */
  readonly at: number;
  /** The index of the worker that a kill, stall or stop hits. */
  readonly worker: number;
  /** How long it lasts. */
  readonly seconds: number;
}

export interface FaultTargets {
  readonly workers: readonly Replica[];
  readonly postgres: Postgres;
  readonly sandbox: LaunchedSandbox;
}

export interface InjectedFault {
  /** The kind and the worker's name, with `*` when the worker held the run's lease. */
  readonly description: string;
  /** When the run lost its leaseholder, in milliseconds since the epoch; null when it did not. */
  readonly leaseholderLostAt: number | null;
}

/** A run whose worker dies three times is marked FAILED. The suite expects every run to succeed. */
const MAX_WORKER_DEATHS = 2;

/** Kills every worker once and restarts the database once. The dice add further faults. */
export function planFaults(dice: Dice): PlannedFault[] {
  const kinds: FaultKind[] = ['kill', 'kill', 'kill', 'restart', 'storm'];
  const killOrder = dice.some([0, 1, 2], 3);
  if (dice.chance(0.4)) kinds.push('stall');
  if (dice.chance(0.5)) kinds.push('stop');
  if (dice.chance(0.5)) kinds.push('truncate');
  if (dice.chance(0.3)) kinds.push('restart');
  return kinds
    .map((kind) => ({
      kind,
      at: 0.02 + 0.93 * dice.next(),
      worker: kind === 'kill' ? (killOrder.pop() ?? 0) : dice.int(0, 2),
      seconds: kind === 'stall' ? dice.int(12, 25) : 0.2 + 2 * dice.next(),
    }))
    .sort((a, b) => a.at - b.at);
}

/** Shares of TMDB's responses that fail throughout a run. The product's retries absorb them. */
export const BACKGROUND_FAULTS = { tooMany: 0.002, serverError: 0.01, dropped: 0.01, truncated: 0.01 };

/** Injects the fault and reverts it after its duration. */
export async function injectFault(fault: PlannedFault, targets: FaultTargets): Promise<InjectedFault> {
  switch (fault.kind) {
    case 'restart':
      await targets.postgres.restart('immediate');
      return { description: 'restart', leaseholderLostAt: null };
    case 'storm':
      await failResponses(targets.sandbox, { ...BACKGROUND_FAULTS, tooMany: 0.9 }, fault.seconds);
      return { description: 'storm', leaseholderLostAt: null };
    case 'truncate':
      await failResponses(
        targets.sandbox,
        { ...BACKGROUND_FAULTS, truncated: 0.3, dropped: 0.2 },
        fault.seconds,
      );
      return { description: 'truncate', leaseholderLostAt: null };
    case 'kill':
    case 'stall':
    case 'stop':
      return disruptWorker({ ...fault, kind: fault.kind }, targets);
  }
}

async function failResponses(
  sandbox: LaunchedSandbox,
  faults: Parameters<LaunchedSandbox['setFaults']>[0],
  seconds: number,
): Promise<void> {
  await sandbox.setFaults(faults);
  await sleep(seconds * 1_000);
  await sandbox.setFaults(BACKGROUND_FAULTS);
}

type WorkerFault = PlannedFault & { readonly kind: 'kill' | 'stall' | 'stop' };

async function disruptWorker(fault: WorkerFault, targets: FaultTargets): Promise<InjectedFault> {
  const leaseholder = leaseholderOf(targets.workers);
  const victim = await victimOf(fault, targets, leaseholder);
  if (victim === undefined) return { description: `no ${fault.kind}`, leaseholderLostAt: null };
  const isLeaseholder = victim === leaseholder;
  const injected = {
    description: `${fault.kind} ${victim.name}${isLeaseholder ? '*' : ''}`,
    leaseholderLostAt: isLeaseholder ? Date.now() : null,
  };
  if (fault.kind === 'stall') {
    victim.suspend();
    await sleep(fault.seconds * 1_000);
    victim.resume();
    return injected;
  }
  if (fault.kind === 'kill') await victim.kill();
  else await stopGracefully(victim);
  await sleep(fault.seconds * 1_000);
  victim.start();
  return injected;
}

/** The planned worker, or the next one that is running and may be hit. */
async function victimOf(
  { kind, worker }: WorkerFault,
  { workers, postgres }: FaultTargets,
  leaseholder: Replica | null,
): Promise<Replica | undefined> {
  const isLeaseholderSpared = kind !== 'stop' && (await workerDeaths(postgres)) >= MAX_WORKER_DEATHS;
  return [0, 1, 2]
    .flatMap((offset) => workers[(worker + offset) % workers.length] ?? [])
    .find((candidate) => candidate.isUp && !(isLeaseholderSpared && candidate === leaseholder));
}

/** The worker that acquired the run's lease last and has not released it. */
function leaseholderOf(workers: readonly Replica[]): Replica | null {
  const [latest] = [...workers].sort((a, b) => b.leaseAcquiredAt.localeCompare(a.leaseAcquiredAt));
  return latest === undefined || latest.leaseAcquiredAt === '' ? null : latest;
}

/** How often the run has lost its worker. While the database is unavailable, the maximum. */
async function workerDeaths(postgres: Postgres): Promise<number> {
  const rows = await query<{ deaths: number }>(
    postgres.url,
    'SELECT worker_deaths AS deaths FROM pipeline_runs ORDER BY id DESC LIMIT 1',
  ).catch(() => []);
  return rows[0]?.deaths ?? MAX_WORKER_DEATHS;
}
