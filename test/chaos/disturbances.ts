import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from './built.js';
import { query, type Postgres } from './postgres.js';
import type { Replica } from './replica.js';
import type { SandboxProcess } from './sandbox-process.js';

type Kind = 'kill' | 'stall' | 'stop' | 'restart' | 'storm' | 'truncate';

export interface Disturbance {
  readonly kind: Kind;
  /** When: so many of the run's requests have been made, as a share of all that it should take. */
  readonly at: number;
  /** Which worker, of those that may be hit. */
  readonly whom: number;
  /** How long it lasts. */
  readonly seconds: number;
}

/** What a round's disturbances are done to. */
export interface Scene {
  readonly workers: readonly Replica[];
  readonly postgres: Postgres;
  readonly sandbox: SandboxProcess;
}

/** A run that loses its worker three times ends FAILED, as it should; here it is to succeed. */
const MOST_DEATHS = 2;

/** Every worker is killed once; the rest is left to chance. */
export function planned(dice: Dice): Disturbance[] {
  const kinds: Kind[] = ['kill', 'kill', 'kill', 'restart', 'storm'];
  const order = dice.some([0, 1, 2], 3);
  if (dice.chance(0.4)) kinds.push('stall');
  if (dice.chance(0.5)) kinds.push('stop');
  if (dice.chance(0.5)) kinds.push('truncate');
  if (dice.chance(0.3)) kinds.push('restart');
  return kinds
    .map((kind) => ({
      kind,
      at: 0.02 + 0.93 * dice.next(),
      whom: kind === 'kill' ? (order.pop() ?? 0) : dice.int(0, 2),
      seconds: kind === 'stall' ? dice.int(12, 25) : 0.2 + 2 * dice.next(),
    }))
    .sort((a, b) => a.at - b.at);
}

/** Answers that fail all the while; each is tried again often enough. */
export const EVERYDAY_FAULTS = { tooMany: 0.002, serverError: 0.01, dropped: 0.01, truncated: 0.01 };

/** What was done, and when a run lost its worker by it. */
export interface Done {
  readonly what: string;
  /** In milliseconds; null: the run went on. */
  readonly bereavedAt: number | null;
}

/** Does it to the scene, and undoes it after its time. */
export async function disturb(what: Disturbance, scene: Scene): Promise<Done> {
  switch (what.kind) {
    case 'restart':
      await scene.postgres.restart('immediate');
      return { what: 'restart', bereavedAt: null };
    case 'storm':
      await faulty(scene.sandbox, { ...EVERYDAY_FAULTS, tooMany: 0.9 }, what.seconds);
      return { what: 'storm', bereavedAt: null };
    case 'truncate':
      await faulty(scene.sandbox, { ...EVERYDAY_FAULTS, truncated: 0.3, dropped: 0.2 }, what.seconds);
      return { what: 'truncate', bereavedAt: null };
    case 'kill':
    case 'stall':
    case 'stop':
      return hit(what, scene);
  }
}

async function faulty(
  sandbox: SandboxProcess,
  faults: Parameters<SandboxProcess['setFaults']>[0],
  seconds: number,
): Promise<void> {
  await sandbox.setFaults(faults);
  await sleep(seconds * 1_000);
  await sandbox.setFaults(EVERYDAY_FAULTS);
}

async function hit({ kind, whom, seconds }: Disturbance, scene: Scene): Promise<Done> {
  const holder = holderOf(scene.workers);
  const isSpared = kind !== 'stop' && (await deaths(scene.postgres)) >= MOST_DEATHS;
  // Where the one meant is not up, or spared, it is the next.
  const victim = [0, 1, 2]
    .flatMap((further) => scene.workers[(whom + further) % scene.workers.length] ?? [])
    .find((worker) => worker.isUp && !(isSpared && worker === holder));
  if (victim === undefined) return { what: `no ${kind}`, bereavedAt: null };
  const isHolder = victim === holder;
  const done = {
    what: `${kind} ${victim.name}${isHolder ? '*' : ''}`,
    bereavedAt: isHolder ? Date.now() : null,
  };
  if (kind === 'stall') {
    victim.stall();
    await sleep(seconds * 1_000);
    victim.wake();
    return done;
  }
  if (kind === 'kill') await victim.kill();
  else await stopInOrder(victim);
  await sleep(seconds * 1_000);
  victim.start();
  return done;
}

/** Ten seconds and a little for the machine; however it ended. */
const STOP_SECONDS = 11;

export async function stopInOrder(replica: Replica): Promise<void> {
  const { end, seconds } = await replica.stop();
  if (seconds > STOP_SECONDS) throw new Error(`${replica.name} took ${seconds.toFixed(1)} s to stop.`);
  // One that had not yet started has nothing to hand back.
  if (end !== 0 && end !== 'SIGTERM')
    throw new Error(`${replica.name} ended with ${end} when it was told to stop.`);
}

function holderOf(workers: readonly Replica[]): Replica | null {
  const [latest] = [...workers].sort((a, b) => b.tookRunAt.localeCompare(a.tookRunAt));
  return latest === undefined || latest.tookRunAt === '' ? null : latest;
}

/** How often the run has lost its worker, counting one that is about to be noticed. */
async function deaths(postgres: Postgres): Promise<number> {
  const rows = await query<{ deaths: number }>(
    postgres.url,
    'SELECT worker_deaths AS deaths FROM pipeline_runs ORDER BY id DESC LIMIT 1',
  ).catch(() => []);
  return rows[0]?.deaths ?? MOST_DEATHS;
}
