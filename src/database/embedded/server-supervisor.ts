import { Logger } from '@nestjs/common';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { isConnectionLost } from '../errors/database-fault.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './data-folder.js';
import { PresenceConnection } from './presence-connection.js';
import { readPostmaster } from './postmaster-file.js';
import { findServer, startServer, stopServer } from './server-control.js';
import { withStartLock } from './start-lock.js';

/** Where a server is and what it is started with. */
export interface Site {
  /** The folder that the start lock is for. */
  readonly home: string;
  readonly binaries: Binaries;
  readonly cluster: Cluster;
  /** False: a crash of the machine may lose the data. */
  readonly durable: boolean;
}

const ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 100;

/**
 * Keeps the server running while this process uses it. A killed server is started again, at its old address where that is
 * free, so that the processes connected to it can reconnect.
 */
export class ServerSupervisor {
  private readonly logger = new Logger('EmbeddedPostgres');
  private readonly leaving = new AbortController();
  private left: Promise<void> | null = null;

  private constructor(
    private readonly site: Site,
    private presence: PresenceConnection,
    /** Whether this process started the server. */
    readonly started: boolean,
  ) {
    this.watch();
  }

  /** Joins the server, and starts it if it does not run. Requires the start lock. */
  static async join(site: Site): Promise<ServerSupervisor> {
    const { presence, started } = await joinOrStart(site);
    return new ServerSupervisor(site, presence, started);
  }

  /** Contains the password: never log it. */
  get url(): string {
    return this.presence.url;
  }

  /** Contains the password: never log it. */
  get readerUrl(): string {
    return this.presence.readerUrl;
  }

  get folder(): string {
    return this.site.cluster.folder;
  }

  /** Stops the server when no other process uses it. */
  leave(): Promise<void> {
    this.leaving.abort();
    this.left ??= withStartLock(this.site.home, () => this.leaveServer());
    return this.left;
  }

  private async leaveServer(): Promise<void> {
    const { binaries, cluster } = this.site;
    const server = await findServer(cluster);
    if (server === null) {
      await this.presence.end();
      return;
    }
    // A broken connection can't count the processes that joined since; a new one can.
    const presence = this.presence.isAlive ? this.presence : await PresenceConnection.join(cluster, server);
    try {
      if (await presence.leave()) await stopServer(binaries, cluster);
    } catch (error) {
      if ((await readPostmaster(cluster.folder)) !== null) throw error;
    }
  }

  private watch(): void {
    this.presence.onLost(() => {
      this.restore().catch((error: unknown) => {
        if (!this.leaving.signal.aborted) throw error;
      });
    });
  }

  /** Without a deadline: the cause, such as a full disk, may pass. */
  private restore(): Promise<void> {
    return retry(() => withStartLock(this.site.home, () => this.rejoin()), {
      clock: systemClock,
      random: Math.random,
      signal: this.leaving.signal,
      isRetryable: () => true,
      onRetry: (error) => {
        this.logger.error({ event: 'embedded.lost', reason: String(error) });
      },
    });
  }

  private async rejoin(): Promise<void> {
    if (this.leaving.signal.aborted) return;
    const { presence, started } = await joinOrStart(this.site);
    this.logger.warn({
      event: 'embedded.rejoined',
      started,
      sameAddress: presence.url === this.presence.url,
    });
    this.presence = presence;
    this.watch();
  }
}

interface Joined {
  readonly presence: PresenceConnection;
  readonly started: boolean;
}

/** A server that was just killed is still found for a moment, and breaks off each new connection. */
async function joinOrStart({ binaries, cluster, durable }: Site): Promise<Joined> {
  let startedPid = 0;
  const join = async (): Promise<Joined> => {
    const running = await findServer(cluster);
    const server = running ?? (await startServer(binaries, cluster, durable));
    if (running === null) startedPid = server.pid;
    const presence = await PresenceConnection.join(cluster, server);
    return { presence, started: server.pid === startedPid };
  };
  try {
    return await retry(join, {
      clock: systemClock,
      random: Math.random,
      attempts: ATTEMPTS,
      longestPauseMs: LONGEST_PAUSE_MS,
      isRetryable: isConnectionLost,
    });
  } catch (error) {
    const server = await readPostmaster(cluster.folder);
    if (server?.pid === startedPid) await stopServer(binaries, cluster);
    throw error;
  }
}
