import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig, type MetricsConfig } from '../config/app-config.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { DatabaseFiguresCache } from './database-figures.js';

/** Serves `/metrics` in Prometheus' text format, in any process that runs a part of the service, if METRICS_PORT is set. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private stop: (() => Promise<void>) | null = null;
  /** Null while the server does not listen. */
  url: string | null = null;

  constructor(
    private readonly figures: DatabaseFiguresCache,
    private readonly tmdb: TmdbClient,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { metrics, roles } = this.config;
    if (metrics !== null && roles.length > 0) await this.start(metrics);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop?.();
    this.stop = null;
  }

  private async start({ host, port }: MetricsConfig): Promise<void> {
    const { Registry } = await import('@prometheus-io/client');
    const { countProcess } = await import('./process-metrics.js');
    const { DatabaseMetrics } = await import('./database-metrics.js');
    const registry = new Registry();
    const database = new DatabaseMetrics(registry);
    const metrics = async (): Promise<string> => {
      database.set(await this.figures.read(), this.clock.now());
      return registry.metrics();
    };
    const server = createServer((request, response) => {
      void this.respond(request, response, { metrics, contentType: registry.contentType });
    });
    await listen(server, port, host);
    const stopCounting = countProcess(registry, this.tmdb, this.config.tmdb.requestsPerSecond);
    const { address, port: bound } = server.address() as AddressInfo;
    this.url = `http://${address.includes(':') ? `[${address}]` : address}:${bound}/metrics`;
    this.logger.log({ event: 'metrics.listening', url: this.url });
    this.stop = async () => {
      stopCounting();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  }

  private async respond(
    { method = '', url = '' }: IncomingMessage,
    response: ServerResponse,
    { metrics, contentType }: { metrics: () => Promise<string>; contentType: string },
  ): Promise<void> {
    if (url.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('See /metrics.\n');
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': 'text/plain' }).end('Use GET.\n');
    } else {
      try {
        const body = await metrics();
        response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(body);
      } catch (error) {
        this.logger.error({ event: 'metrics.failed', reason: String(error) });
        response.writeHead(500, { 'Content-Type': 'text/plain' }).end('The metrics could not be made.\n');
      }
    }
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} is taken. Set METRICS_PORT to a free port, one for each process of this machine.`,
      { cause: error },
    );
  }
}
