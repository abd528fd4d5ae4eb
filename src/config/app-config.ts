/** How to reach TMDB, and how fast. */
export interface TmdbConfig {
  /** A v3 key (32 hexadecimal digits) or a v4 read access token (`eyJ…`). Null where nothing calls TMDB. */
  readonly apiKey: string | null;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Requests started in any one second, at most. */
  readonly requestsPerSecond: number;
  /** Requests under way at once, at most. */
  readonly maxConcurrency: number;
  /** From the start of a request to the last byte of its body. */
  readonly timeoutMs: number;
  /** A language or language and country, such as `en-US`. */
  readonly language: string;
  /** A country (ISO 3166-1) for the lists that depend on one, or null. */
  readonly region: string | null;
  /** `http://[user:password@]host:port`, or null. */
  readonly httpsProxy: string | null;
  /** Hosts that are reached without the proxy, comma-separated, as curl reads it. */
  readonly noProxy: string | null;
}

export interface DatabaseConfig {
  /** As given: `postgres://`, `postgresql://` or `postgresql+psycopg2://`, with `?schema=`. Null: the embedded one. */
  readonly url: string | null;
  /** Connections of this process, at most. */
  readonly poolSize: number;
  /** Absolute path of the folder that holds the embedded database. */
  readonly dataDir: string;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Origins whose pages may call the API; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-*` are believed: so many hops, or these addresses. Null: none. */
  readonly trustProxy: number | readonly string[] | null;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogConfig {
  readonly level: LogLevel;
  readonly file: string | null;
}

/** Tokens that somebody else issues. */
export interface IdentityProviderConfig {
  /** Where its public keys are. */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds `admin` or `viewer`, by itself or in a list. */
  readonly roleClaim: string;
}

export interface AuthConfig {
  /** Signs our tokens. Null: one that is made once in the data folder. */
  readonly secret: string | null;
  readonly expiresInSeconds: number;
  readonly outside: IdentityProviderConfig | null;
  /** The first user, if there is none. */
  readonly admin: { readonly username: string; readonly password: string } | null;
}

export const ROLES = ['api', 'scheduler', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export const JOB_IDS = ['quick_update', 'daily_update', 'weekly_enrichment'] as const;
export type JobId = (typeof JOB_IDS)[number];

export interface SchedulerConfig {
  /** Whether this process fires anything, if it has the role. */
  readonly enabled: boolean;
  /** What the first start stores; from then on, what is stored counts. */
  readonly firstSchedules: Readonly<Record<JobId, { readonly cron: string; readonly timezone: string }>>;
}

/** The environment, checked once at start. */
export interface AppConfig {
  /** What this process does; none: what one command says. */
  readonly roles: readonly Role[];
  readonly tmdb: TmdbConfig;
  readonly database: DatabaseConfig;
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly scheduler: SchedulerConfig;
  readonly log: LogConfig;
  /** Runs are on record for so long. */
  readonly runRetentionDays: number;
}

/** Injection token of the {@link AppConfig}. */
export const APP_CONFIG = Symbol('AppConfig');
