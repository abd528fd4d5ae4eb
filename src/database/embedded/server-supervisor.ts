import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { backOffMs } from '../../common/back-off.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './data-folder.js';
import { brokeOff, PresenceConnection } from './presence-connection.js';
import { readPostmaster } from './postmaster-file.js';
import { findServer, startServer, stopServer } from './server-control.js';
import { withStartLock } from './start-lock.js';

/** Where a server is and what it is started with. */
export interface Site {
  /** The folder whose start lock guards it. */
  readonly home: string;
  readonly binaries: Binaries;
  readonly cluster: Cluster;
  /** False: a crash of the machine may lose the data. */
  readonly durable: boolean;
}

const ATTEMPTS = 20;
const RETRY_MS = 50;

/**
 * This process among those that use the server. A server that was killed is started again, as soon as it can be, at its
 * old port if that is free: the processes that are on it go on.
 */
export class ServerSupervisor {
  private readonly logger = new Logger('EmbeddedPostgres');
  private leaving: Promise<void> | null = null;

  private constructor(
    private readonly site: Site,
    private keeper: PresenceConnection,
    readonly started: boolean,
  ) {
    this.watch();
  }

  /** Under the start lock. */
  static async begin(site: Site): Promise<ServerSupervisor> {
    const { keeper, started } = await joinOrStart(site);
    return new ServerSupervisor(site, keeper, started);
  }

  /** Holds the password. */
  get url(): string {
    return this.keeper.url;
  }

  /** The last to leave stops the server. */
  leave(): Promise<void> {
    this.leaving ??= withStartLock(this.site.home, () => this.part());
    return this.leaving;
  }

  private async part(): Promise<void> {
    const { binaries, cluster } = this.site;
    const server = await findServer(cluster);
    if (server === null) {
      await this.keeper.end();
      return;
    }
    // One whose connection broke doesn't know of those who came since: a new one counts them.
    const keeper = this.keeper.isAlive ? this.keeper : await PresenceConnection.join(cluster, server);
    try {
      if (await keeper.part()) await stopServer(binaries, cluster);
    } catch (error) {
      if ((await readPostmaster(cluster.folder)) !== null) throw error;
    }
  }

  private watch(): void {
    this.keeper.onLost(() => void this.comeBack());
  }

  /** As long as it takes: what keeps the server from starting, such as a full disk, may pass. */
  private async comeBack(): Promise<void> {
    for (let failures = 1; this.leaving === null; failures++) {
      try {
        await withStartLock(this.site.home, () => this.rejoin());
        return;
      } catch (error) {
        this.logger.error({ event: 'embedded.lost', reason: String(error) });
        await sleep(backOffMs(failures, Math.random), undefined, { ref: false });
      }
    }
  }

  private async rejoin(): Promise<void> {
    if (this.leaving !== null) return;
    const { keeper, started } = await joinOrStart(this.site);
    this.logger.warn({ event: 'embedded.rejoined', started, samePort: keeper.url === this.keeper.url });
    this.keeper = keeper;
    this.watch();
  }
}

async function joinOrStart(site: Site): Promise<{ keeper: PresenceConnection; started: boolean }> {
  const { binaries, cluster, durable } = site;
  let ours: number | null = null;
  for (let attempt = 1; ; attempt++) {
    const running = await findServer(cluster);
    const server = running ?? (await startServer(binaries, cluster, durable));
    if (running === null) ours = server.pid;
    try {
      return { keeper: await PresenceConnection.join(cluster, server), started: server.pid === ours };
    } catch (error) {
      const left = await readPostmaster(cluster.folder);
      // A server that was just killed is found for a moment longer, and breaks off whoever connects.
      const passing = left === null || brokeOff(error);
      if (!passing || attempt === ATTEMPTS) {
        if (left !== null && left.pid === ours) await stopServer(binaries, cluster);
        throw error;
      }
      if (left !== null) await sleep(RETRY_MS);
    }
  }
}
