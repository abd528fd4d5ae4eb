import { join, resolve } from 'node:path';
import { validateSync } from 'class-validator';
import { withoutFileMarks } from '../common/credentials.js';
import { durationSeconds } from '../common/duration.js';
import { isLoopbackHost, isPrivateAddress } from '../common/private-address.js';
import { projectFolder } from '../common/project-folder.js';
import { parseTarget } from './alert-target.js';
import {
  type AlertsConfig,
  type AppConfig,
  type AuthConfig,
  type CatalogueConfig,
  type LogLevel,
  type ReadAccess,
  type Role,
  ROLES,
  type SchedulerConfig,
} from './app-config.js';
import { ConfigError } from './config-error.js';
import { readEnvFile } from './env-file.js';
import { Environment } from './environment.js';
import { withSecrets } from './secret-files.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The variables of `.env` in the current folder, else in the project's, overridden by those of the environment.
 * A variable of a secret may be in the file that NAME_FILE names.
 * @throws ConfigError when a file exists and can't be read completely
 */
export function readEnvironment(env: Variables = process.env, file?: string): Variables {
  const fromFile =
    file === undefined
      ? (readEnvFile('.env') ?? readEnvFile(join(projectFolder(), '.env')))
      : readEnvFile(file);
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '');
  return withSecrets({ ...fromFile, ...Object.fromEntries(given) });
}

/** An empty variable counts as unset. Curl's lower-case proxy names count too. A password keeps its spaces. */
function pick(env: Variables): Environment {
  const environment = new Environment();
  const names = Object.keys(environment) as (keyof Environment)[];
  for (const name of names) {
    const value = env[name] ?? (name.endsWith('PROXY') ? env[name.toLowerCase()] : undefined);
    if (value === undefined || value.trim() === '') continue;
    environment[name] = name.endsWith('PASSWORD') ? withoutFileMarks(value) : value.trim();
  }
  return environment;
}

/** What the caller requires. */
export interface Needs {
  readonly tmdbKey: boolean;
  /** Whether the caller signs or verifies tokens. */
  readonly tokens?: boolean;
}

/** No valid clock is behind this. An earlier one makes cron rules, certificates and stored times meaningless. */
const FIRST_RELEASE = new Date('2026-11-01T00:00:00Z');

/**
 * Validates the environment and converts it to its typed form.
 * @throws ConfigError naming every faulty variable at once.
 */
export function loadConfig(env: Variables, needs: Needs, now = new Date()): AppConfig {
  if (now < FIRST_RELEASE) {
    throw new ConfigError([
      `the clock of this machine says ${now.toISOString()}, which has passed: set the clock`,
    ]);
  }
  const environment = pick(env);
  const faults = validateSync(environment).flatMap((error) => Object.values(error.constraints ?? {}));
  if (needs.tmdbKey && environment.TMDB_API_KEY === undefined) {
    faults.unshift('TMDB_API_KEY is missing: get a free key at https://www.themoviedb.org/settings/api');
  }
  if (environment.ALERT_SECRET === undefined && environment.ALERT_URLS.includes('webhook+')) {
    faults.push('ALERT_SECRET is missing, which signs the webhooks of ALERT_URLS');
  }
  if (needs.tokens === true) faults.push(...tokenFaults(environment, env.NODE_ENV === 'production'));
  if (faults.length > 0) throw new ConfigError(faults);
  return typed(environment);
}

/** With DATABASE_URL there may be several machines, which must share one signing key. */
function tokenFaults(environment: Environment, production: boolean): string[] {
  const { JWT_SECRET, DATABASE_URL, JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE } = environment;
  const faults: string[] = [];
  if (JWT_SECRET === undefined && (production || DATABASE_URL !== undefined)) {
    faults.push('JWT_SECRET is missing: set the same 32 or more random characters for every process');
  }
  const provider = [JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE].filter((value) => value !== undefined);
  if (provider.length % 3 !== 0) {
    faults.push('JWT_JWKS_URL, JWT_ISSUER and JWT_AUDIENCE go together: set all three or none');
  }
  if (JWT_JWKS_URL !== undefined && environment.JWT_JWKS_ALLOW_PRIVATE === 'false') {
    const host = URL.canParse(JWT_JWKS_URL) ? new URL(JWT_JWKS_URL).hostname.replace(/^\[|\]$/g, '') : '';
    if (isPrivateAddress(host)) {
      faults.push('JWT_JWKS_URL leads into a private network: set JWT_JWKS_ALLOW_PRIVATE=true to allow that');
    }
  }
  if ((environment.ADMIN_USERNAME === undefined) !== (environment.ADMIN_PASSWORD === undefined)) {
    faults.push('ADMIN_USERNAME and ADMIN_PASSWORD go together: set both or neither');
  }
  return faults;
}

function authOf(environment: Environment): AuthConfig {
  const { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = environment;
  const { ADMIN_USERNAME: username, ADMIN_PASSWORD: password } = environment;
  return {
    secret: environment.JWT_SECRET ?? null,
    previousSecret: environment.JWT_SECRET_PREVIOUS ?? null,
    expiresInSeconds: durationSeconds(environment.JWT_EXPIRES_IN),
    identityProvider:
      jwksUrl === undefined || issuer === undefined || audience === undefined
        ? null
        : {
            ...{ jwksUrl, issuer, audience },
            isPrivateAllowed: environment.JWT_JWKS_ALLOW_PRIVATE === 'true',
            roleClaim: environment.JWT_ROLE_CLAIM,
          },
    admin: username === undefined || password === undefined ? null : { username, password },
    readAccess: environment.READ_ACCESS as ReadAccess,
    moviesAccess: moviesAccessOf(environment),
  };
}

/** Open where only this machine can reach the API, unless all reading is closed. */
function moviesAccessOf({ MOVIES_ACCESS, READ_ACCESS, HOST }: Environment): ReadAccess {
  if (MOVIES_ACCESS !== undefined) return MOVIES_ACCESS as ReadAccess;
  return isLoopbackHost(HOST) && READ_ACCESS === 'open' ? 'open' : 'signed_in';
}

function alertsOf(environment: Environment): AlertsConfig {
  return {
    targets: listOf(environment.ALERT_URLS).flatMap((value) => parseTarget(value) ?? []),
    secret: environment.ALERT_SECRET ?? null,
    isPrivateAllowed: environment.ALERT_ALLOW_PRIVATE === 'true',
    healthcheckUrl: environment.HEALTHCHECK_URL?.replace(/\/+$/, '') ?? null,
  };
}

function schedulerOf(environment: Environment): SchedulerConfig {
  const { SCHEDULER_ENABLED: enabled, SCHEDULER_TIMEZONE: timezone } = environment;
  return {
    enabled: enabled === 'true',
    firstSchedules: {
      quick_update: { cron: environment.QUICK_UPDATE_CRON, timezone },
      daily_update: { cron: environment.DAILY_UPDATE_CRON, timezone },
      weekly_enrichment: { cron: environment.WEEKLY_ENRICHMENT_CRON, timezone },
      ...(environment.CATALOGUE === 'all'
        ? { catalogue_sync: { cron: environment.CATALOGUE_SYNC_CRON, timezone } }
        : {}),
    },
  };
}

/**
 * As `loadConfig`, for the service.
 * @param roles default: those of ROLES
 */
export function loadServiceConfig(env: Variables, roles = rolesOf(pick(env))): AppConfig {
  const needs = { tmdbKey: roles.includes('worker'), tokens: roles.includes('api') };
  return { ...loadConfig(env, needs), roles };
}

function rolesOf({ ROLES: given }: Environment): readonly Role[] {
  const names = given.split(',').map((name) => name.trim());
  return ROLES.filter((role) => names.includes(role));
}

function listOf(value: string): string[] {
  return value.split(',').flatMap((item) => item.trim() || []);
}

function trustProxyOf(value: string | undefined): number | string[] | null {
  if (value === undefined) return null;
  return /^\d+$/.test(value) ? Number(value) : listOf(value);
}

function typed(environment: Environment): AppConfig {
  return {
    roles: rolesOf(environment),
    tmdb: {
      apiKey: environment.TMDB_API_KEY ?? null,
      baseUrl: environment.TMDB_BASE_URL.replace(/\/+$/, ''),
      requestsPerSecond: Number(environment.TMDB_REQUESTS_PER_SECOND),
      maxConcurrency: Number(environment.TMDB_MAX_CONCURRENCY),
      timeoutMs: Number(environment.TMDB_TIMEOUT_MS),
      language: environment.TMDB_LANGUAGE,
      region: environment.TMDB_REGION ?? null,
      certificationRegion: environment.TMDB_REGION ?? 'US',
      releaseRegions: listOf(environment.REGIONS),
      translationLanguages: listOf(environment.LANGUAGES),
      httpsProxy: environment.HTTPS_PROXY ?? null,
      noProxy: environment.NO_PROXY ?? null,
    },
    database: {
      url: environment.DATABASE_URL ?? null,
      poolSize: Number(environment.DATABASE_POOL_SIZE),
      dataDir: resolve(projectFolder(), environment.DATA_DIR),
    },
    http: {
      host: environment.HOST,
      port: Number(environment.PORT),
      corsOrigins: listOf(environment.CORS_ORIGINS),
      trustProxy: trustProxyOf(environment.TRUST_PROXY),
      allowedHosts: environment.ALLOWED_HOSTS === undefined ? null : listOf(environment.ALLOWED_HOSTS),
    },
    auth: authOf(environment),
    exports: {
      folder: environment.EXPORT_DIR === undefined ? null : resolve(projectFolder(), environment.EXPORT_DIR),
      keep: Number(environment.EXPORT_KEEP),
    },
    catalogue: {
      scope: environment.CATALOGUE as CatalogueConfig['scope'],
      adult: environment.CATALOGUE_ADULT === 'true',
      exportUrl: environment.TMDB_EXPORT_URL.replace(/\/+$/, ''),
    },
    alerts: alertsOf(environment),
    metrics:
      environment.METRICS_PORT === undefined
        ? null
        : { host: environment.METRICS_HOST, port: Number(environment.METRICS_PORT) },
    runRetentionDays: Number(environment.RUN_RETENTION_DAYS),
    scheduler: schedulerOf(environment),
    log: { level: environment.LOG_LEVEL as LogLevel, file: environment.LOG_FILE ?? null },
  };
}
