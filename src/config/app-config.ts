import type { AlertTarget } from './alert-target.js';

/** How to reach TMDB, and how fast. */
export interface TmdbConfig {
  /** A v3 key (32 hexadecimal digits) or a v4 read access token (`eyJ…`). Null where nothing calls TMDB. */
  readonly apiKey: string | null;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The most requests that start in any second. */
  readonly requestsPerSecond: number;
  /** The most concurrent requests. */
  readonly maxConcurrency: number;
  /** From the start of a request to the last byte of its body. */
  readonly timeoutMs: number;
  /** A language or language and country, such as `en-US`. */
  readonly language: string;
  /** A country (ISO 3166-1) for the lists that depend on it, or null. */
  readonly region: string | null;
  /** The country (ISO 3166-1) whose certification is stored: `region`, else US. */
  readonly certificationRegion: string;
  /** Countries (ISO 3166-1) whose releases are stored. */
  readonly releaseRegions: readonly string[];
  /** Languages whose translations are stored: `de`, or only that of a country: `pt-BR`. */
  readonly translationLanguages: readonly string[];
  /** `http://[user:password@]host:port`, or null. */
  readonly httpsProxy: string | null;
  /** Hosts that are connected to without the proxy, comma-separated, as curl reads it. */
  readonly noProxy: string | null;
}

export interface DatabaseConfig {
  /** As given: `postgres://`, `postgresql://` or `postgresql+psycopg2://`, with `?schema=`. Null: the embedded database. */
  readonly url: string | null;
  /** The most connections of this process. */
  readonly poolSize: number;
  /** Absolute path of the folder of the embedded database. */
  readonly dataDir: string;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Origins whose pages may call the API; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-*` headers are trusted: a number of hops, or addresses. Null: none. */
  readonly trustProxy: number | readonly string[] | null;
  /** Names that the header `Host` may have besides loopback ones and `host`. Null: any, unless `host` is loopback. */
  readonly allowedHosts: readonly string[] | null;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogConfig {
  readonly level: LogLevel;
  /** Of standard output or error, where it differs from that of the file. */
  readonly consoleLevel?: LogLevel;
  readonly file: string | null;
}

/** The external identity provider, whose tokens are accepted too. */
export interface IdentityProviderConfig {
  /** The URL of its public keys. */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Whether the URL may lead to an address of a private network. */
  readonly isPrivateAllowed: boolean;
  /** The claim that contains `admin` or `viewer`, as a string or in a list. */
  readonly roleClaim: string;
}

export const READ_ACCESS = ['open', 'signed_in'] as const;
export type ReadAccess = (typeof READ_ACCESS)[number];

export interface AuthConfig {
  /** Signs this service's tokens. Null: a key that is generated once in the data folder. */
  readonly secret: string | null;
  /** Tokens that it has signed are still accepted. */
  readonly previousSecret: string | null;
  readonly expiresInSeconds: number;
  readonly identityProvider: IdentityProviderConfig | null;
  /** Created when there is no user. */
  readonly admin: { readonly username: string; readonly password: string } | null;
  /** Who may read runs, status, events and the description of the API. */
  readonly readAccess: ReadAccess;
  /** Who may read movies. */
  readonly moviesAccess: ReadAccess;
}

export const ROLES = ['api', 'scheduler', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** `catalogue_sync` exists only with CATALOGUE=all. */
export const JOB_IDS = ['quick_update', 'daily_update', 'weekly_enrichment', 'catalogue_sync'] as const;
export type JobId = (typeof JOB_IDS)[number];

export interface SchedulerConfig {
  /** Whether this process fires occurrences, if it has the role. */
  readonly enabled: boolean;
  /** Of the jobs that exist. Stored at the first start; afterwards the stored schedules apply. */
  readonly firstSchedules: Readonly<
    Partial<Record<JobId, { readonly cron: string; readonly timezone: string }>>
  >;
}

/** `lists`: the movies that TMDB's lists name. `all`: every movie that TMDB has. */
export const CATALOGUE_SCOPES = ['lists', 'all'] as const;

export interface CatalogueConfig {
  readonly scope: (typeof CATALOGUE_SCOPES)[number];
  /** Whether `all` includes adult movies. */
  readonly adult: boolean;
  /** Where the daily id exports are, without a trailing slash. */
  readonly exportUrl: string;
}

/** Snapshots of the movies as files. */
export interface ExportsConfig {
  /** Absolute path of the folder of the snapshots; null: none are written. */
  readonly folder: string | null;
  /** How many are kept. */
  readonly keep: number;
}

/** Who is told when something is wrong. */
export interface AlertsConfig {
  readonly targets: readonly AlertTarget[];
  /** Signs webhooks, as `whsec_` and base64. */
  readonly secret: string | null;
  /** Whether receivers may have addresses of this machine or of a private network. */
  readonly isPrivateAllowed: boolean;
  /** Without a trailing slash: scheduled runs ping paths below it. */
  readonly healthcheckUrl: string | null;
}

/** Where Prometheus reads the metrics of this process. */
export interface MetricsConfig {
  readonly host: string;
  readonly port: number;
}

/** The environment, checked once at start. */
export interface AppConfig {
  /** The parts of the service that this process runs; empty for a command. */
  readonly roles: readonly Role[];
  readonly tmdb: TmdbConfig;
  readonly database: DatabaseConfig;
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly scheduler: SchedulerConfig;
  readonly log: LogConfig;
  readonly exports: ExportsConfig;
  readonly catalogue: CatalogueConfig;
  readonly alerts: AlertsConfig;
  /** Null: no metrics. */
  readonly metrics: MetricsConfig | null;
  /** The age in days after which runs are deleted. */
  readonly runRetentionDays: number;
}

/** Injection token of the {@link AppConfig}. */
export const APP_CONFIG = Symbol('AppConfig');
