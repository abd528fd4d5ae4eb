import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import type { Clock } from '../../src/common/clock.js';
import { systemClock } from '../../src/common/system-clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { TmdbClient } from '../../src/tmdb/tmdb-client.js';
import { TmdbTransport } from '../../src/tmdb/transport/tmdb-transport.js';
import { undiciAdapter } from '../../src/tmdb/transport/undici-adapter.js';

export const TMDB_KEY = '0123456789abcdef0123456789abcdef';

/** The smallest body of a movie's details that can be used. */
export const MOVIE = {
  id: 550,
  title: 'Fight Club',
  credits: { cast: [], crew: [] },
  keywords: { keywords: [] },
  videos: { results: [] },
  similar: { results: [] },
  alternative_titles: { titles: [] },
  release_dates: { results: [] },
};

/** A client like the TMDB module's, for a server on loopback. */
export function tmdbClient(
  baseUrl: string,
  env: Readonly<Record<string, string>> = {},
  clock: Clock = systemClock,
): TmdbClient {
  const config = loadConfig({ TMDB_API_KEY: TMDB_KEY, TMDB_BASE_URL: baseUrl, ...env }, { tmdbKey: true });
  const http = new HttpService(axios.create({ adapter: undiciAdapter(config.tmdb) }));
  return new TmdbClient(new TmdbTransport(http, config, clock), config, clock, () => 1);
}
