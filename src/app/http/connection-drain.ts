import type { Server } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CLOCK, type Clock } from '../../common/clock.js';

/** How long responses in progress may still take. */
const GRACE_MS = 3_000;

/** When the app closes: accepts no more connections, and closes busy ones after a grace period. */
@Injectable()
export class ConnectionDrain implements OnModuleDestroy {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleDestroy(): void {
    if (this.host.listening) drain(this.host.httpAdapter.getHttpServer() as Server, this.clock);
  }
}

/** Returns immediately; the rest of the shutdown continues meanwhile. */
export function drain(server: Server, clock: Clock): void {
  const closed = new AbortController();
  server.once('close', () => {
    closed.abort();
  });
  server.close();
  clock.sleep(GRACE_MS, closed.signal).then(
    () => {
      server.closeAllConnections();
    },
    () => undefined,
  );
}
