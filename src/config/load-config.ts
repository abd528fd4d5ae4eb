import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { validateSync } from 'class-validator';
import { type AppConfig, type LogLevel, ROLES } from './app-config.js';
import { ConfigError } from './config-error.js';
import { Environment } from './environment.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What `.env` says, under what the environment says. */
export function readEnvironment(env: Variables = process.env, file = '.env'): Variables {
  if (!existsSync(file)) return env;
  const fromFile = parseEnv(readFileSync(file, 'utf8'));
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '');
  return { ...fromFile, ...Object.fromEntries(given) };
}

/** An empty variable counts as unset; curl's lower-case proxy names count as well. */
function pick(env: Variables): Environment {
  const environment = new Environment();
  const names = Object.keys(environment) as (keyof Environment)[];
  for (const name of names) {
    const value = (env[name] ?? (name.endsWith('PROXY') ? env[name.toLowerCase()] : undefined))?.trim();
    if (value !== undefined && value !== '') environment[name] = value;
  }
  return environment;
}

/**
 * Checks the environment and gives it its types.
 * @throws ConfigError naming every faulty variable at once.
 */
export function loadConfig(env: Variables, needs: { readonly tmdbKey: boolean }): AppConfig {
  const environment = pick(env);
  const faults = validateSync(environment).flatMap((error) => Object.values(error.constraints ?? {}));
  if (needs.tmdbKey && environment.TMDB_API_KEY === undefined) {
    faults.unshift('TMDB_API_KEY is missing: get one, free, at https://www.themoviedb.org/settings/api');
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return typed(environment);
}

function typed(environment: Environment): AppConfig {
  return {
    roles: ROLES.filter((role) => environment.ROLES.split(',').some((given) => given.trim() === role)),
    tmdb: {
      apiKey: environment.TMDB_API_KEY ?? null,
      baseUrl: environment.TMDB_BASE_URL.replace(/\/+$/, ''),
      requestsPerSecond: Number(environment.TMDB_REQUESTS_PER_SECOND),
      maxConcurrency: Number(environment.TMDB_MAX_CONCURRENCY),
      timeoutMs: Number(environment.TMDB_TIMEOUT_MS),
      language: environment.TMDB_LANGUAGE,
      region: environment.TMDB_REGION ?? null,
      httpsProxy: environment.HTTPS_PROXY ?? null,
      noProxy: environment.NO_PROXY ?? null,
    },
    database: {
      url: environment.DATABASE_URL ?? null,
      poolSize: Number(environment.DATABASE_POOL_SIZE),
      dataDir: resolve(environment.DATA_DIR),
    },
    http: {
      host: environment.HOST,
      port: Number(environment.PORT),
      corsOrigins: environment.CORS_ORIGINS.split(',').flatMap((origin) => origin.trim() || []),
    },
    log: { level: environment.LOG_LEVEL as LogLevel, file: environment.LOG_FILE ?? null },
  };
}
