import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import type { Clock } from '../../src/common/clock.js';
import { systemClock } from '../../src/common/system-clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { tmdbAgents } from '../../src/tmdb/tmdb-agents.js';
import { TmdbClient } from '../../src/tmdb/tmdb-client.js';
import { TmdbTransport } from '../../src/tmdb/tmdb-transport.js';

export const TMDB_KEY = '0123456789abcdef0123456789abcdef';

export interface OpenTmdbClient {
  readonly tmdb: TmdbClient;
  /** Ends its connections. */
  close(): void;
}

/** A client as the TMDB module makes it, for a server on loopback. */
export function openTmdbClient(
  baseUrl: string,
  env: Readonly<Record<string, string>> = {},
  clock: Clock = systemClock,
): OpenTmdbClient {
  const config = loadConfig({ TMDB_API_KEY: TMDB_KEY, TMDB_BASE_URL: baseUrl, ...env }, { tmdbKey: true });
  const agents = tmdbAgents(config.tmdb);
  const transport = new TmdbTransport(new HttpService(axios.create(agents)), config, clock);
  return {
    tmdb: new TmdbClient(transport, config, clock, () => 1),
    close: () => {
      agents.httpAgent.destroy();
    },
  };
}
