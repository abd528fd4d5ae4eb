import { isIP } from 'node:net';
import { IsOptional, ValidateBy } from 'class-validator';
import { cronFault, isTimeZone } from '../common/cron-rule.js';
import { isPassword, isUserName, PASSWORD_RULE, USER_NAME_RULE } from '../common/credentials.js';
import { LOG_LEVELS, ROLES } from './app-config.js';

/** One rule a variable, one sentence: it names what is allowed and never the value that was found. */
function MustBe(allowed: string, isAllowed: (value: string) => boolean): PropertyDecorator {
  return ValidateBy({
    name: 'allowed',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isAllowed(value),
      defaultMessage: (args) => `${args?.property ?? ''} must be ${allowed}`,
    },
  });
}

function MustBeWholeNumber(min: number, max: number, unit = ''): PropertyDecorator {
  return MustBe(
    `a whole number from ${min} to ${max}${unit}`,
    (value) => /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max,
  );
}

function MustBeCron(): PropertyDecorator {
  return ValidateBy({
    name: 'cron',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && cronFault(value) === null,
      defaultMessage: (args) =>
        `${args?.property ?? ''} must be a cron of five fields: ${cronFault(String(args?.value)) ?? ''}`,
    },
  });
}

function url(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Plain http would send the key in the clear, so it may not leave the machine. */
function isTmdbBaseUrl(value: string): boolean {
  const parsed = url(value);
  if (parsed?.search !== '' || parsed.hash !== '' || parsed.username !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.hostname));
}

/** Opening the database reads the rest, which has forms that a URL parser does not take. */
function isDatabaseUrl(value: string): boolean {
  return /^postgres(?:ql)?(?:\+psycopg2)?:\/\/[^/]*\/[^/?#]+/.test(value);
}

function isProxyUrl(value: string): boolean {
  const parsed = url(value);
  return parsed !== null && ['http:', 'https:'].includes(parsed.protocol) && parsed.hostname !== '';
}

function isOrigin(value: string): boolean {
  return value === '*' || url(value)?.origin === value;
}

/** A number with s, m, h or d behind it as seconds; NaN for anything else. */
export function seconds(value: string): number {
  const [, number = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(value) ?? [];
  const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  return Number(number) * (unitSeconds[unit] ?? Number.NaN);
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/**
 * The variables this process reads, as strings, with their defaults. `.env.example` describes each; the typed form
 * is `AppConfig`.
 */
export class Environment {
  @IsOptional()
  @MustBe(
    'a TMDB v3 API key (32 hexadecimal digits) or a v4 read access token (it starts with eyJ), from ' +
      'https://www.themoviedb.org/settings/api',
    (value) => /^(?:[0-9a-f]{32}|eyJ[\w-]+\.[\w-]+\.[\w-]+)$/i.test(value),
  )
  TMDB_API_KEY?: string;

  @MustBe('an https URL without query, or http to loopback', isTmdbBaseUrl)
  TMDB_BASE_URL = 'https://api.themoviedb.org/3';

  @MustBeWholeNumber(1, 100_000)
  TMDB_REQUESTS_PER_SECOND = '35';

  @MustBeWholeNumber(1, 256)
  TMDB_MAX_CONCURRENCY = '20';

  @MustBeWholeNumber(100, 600_000, ' (milliseconds)')
  TMDB_TIMEOUT_MS = '10000';

  @MustBe('a language such as en or en-US', (value) => /^[a-z]{2}(?:-[A-Z]{2})?$/.test(value))
  TMDB_LANGUAGE = 'en-US';

  @IsOptional()
  @MustBe('a country code of two capital letters, such as DE', (value) => /^[A-Z]{2}$/.test(value))
  TMDB_REGION?: string;

  @IsOptional()
  @MustBe('a proxy URL such as http://proxy.example:3128', isProxyUrl)
  HTTPS_PROXY?: string;

  NO_PROXY?: string;

  @IsOptional()
  @MustBe('a URL such as postgresql://user:password@host:5432/database', isDatabaseUrl)
  DATABASE_URL?: string;

  @MustBeWholeNumber(2, 100)
  DATABASE_POOL_SIZE = '10';

  @MustBe('a folder', (value) => !value.includes('\0'))
  DATA_DIR = '.data';

  @MustBe(`a comma-separated list of ${ROLES.join(', ')}`, (value) =>
    value.split(',').every((role) => ROLES.some((known) => known === role.trim())),
  )
  ROLES: string = ROLES.join(',');

  @MustBe('a host name or an IP address', (value) => /^[\w.:-]+$/.test(value))
  HOST = '127.0.0.1';

  @MustBeWholeNumber(0, 65_535, ' (0: any free one)')
  PORT = '8000';

  @IsOptional()
  @MustBe('32 characters or more', (value) => value.length >= 32)
  JWT_SECRET?: string;

  @MustBe('a time such as 30m, 1h or 7d, from 1m to 90d', (value) =>
    isBetween(seconds(value), 60, 90 * 86_400),
  )
  JWT_EXPIRES_IN = '1h';

  @IsOptional()
  @MustBe('an https URL, or http to loopback', isTmdbBaseUrl)
  JWT_JWKS_URL?: string;

  JWT_ISSUER?: string;

  JWT_AUDIENCE?: string;

  JWT_ROLE_CLAIM = 'role';

  @IsOptional()
  @MustBe(USER_NAME_RULE, isUserName)
  ADMIN_USERNAME?: string;

  @IsOptional()
  @MustBe(PASSWORD_RULE, isPassword)
  ADMIN_PASSWORD?: string;

  @MustBe('true or false', (value) => value === 'true' || value === 'false')
  SCHEDULER_ENABLED = 'true';

  @MustBe('a time zone such as UTC or Europe/Paris', isTimeZone)
  SCHEDULER_TIMEZONE = 'UTC';

  @MustBeCron()
  QUICK_UPDATE_CRON = '0 */6 * * *';

  @MustBeCron()
  DAILY_UPDATE_CRON = '0 3 * * *';

  @MustBeCron()
  WEEKLY_ENRICHMENT_CRON = '0 2 * * 0';

  @MustBe(`one of ${LOG_LEVELS.join(', ')}`, (value) => LOG_LEVELS.some((level) => level === value))
  LOG_LEVEL = 'info';

  @IsOptional()
  @MustBe('a file', (value) => !value.includes('\0') && !value.endsWith('/'))
  LOG_FILE?: string;

  @MustBe('a comma-separated list of origins such as https://example.org, or *', (value) =>
    value.split(',').every((origin) => origin.trim() === '' || isOrigin(origin.trim())),
  )
  CORS_ORIGINS = '';
}
