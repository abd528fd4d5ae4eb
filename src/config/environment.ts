import { isIP } from 'node:net';
import { IsOptional, ValidateBy } from 'class-validator';
import {
  isPassword,
  isUserName,
  PASSWORD_RULE,
  SHORTEST_SECRET,
  USER_NAME_RULE,
} from '../common/credentials.js';
import { cronFault, isTimeZone } from '../common/cron-rule.js';
import { durationSeconds } from '../common/duration.js';
import { LOG_LEVELS, ROLES } from './app-config.js';

/** One rule and one sentence for each variable; the sentence names what is allowed, never the value. */
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

/**
 * Plain http can be read and forged in transit, so it is allowed to loopback only. An @ after the
 * host is a sign of a password with a /, which makes the user the host.
 */
function isSafeUrl({ protocol, hostname, username, pathname, search }: URL): boolean {
  if (username !== '' || `${pathname}${search}`.includes('@')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isTmdbBaseUrl(value: string): boolean {
  const parsed = url(value);
  return parsed?.search === '' && parsed.hash === '' && isSafeUrl(parsed);
}

function isJwksUrl(value: string): boolean {
  const parsed = url(value);
  return parsed !== null && isSafeUrl(parsed);
}

/** A rough check: the parser of the connection accepts forms that URL does not. */
function isDatabaseUrl(value: string): boolean {
  return /^postgres(?:ql)?(?:\+psycopg2)?:\/\/[^/]*\/[^/?#]+/.test(value);
}

/** A path, a query or a fragment is a part of a password that is not percent-encoded. */
function isProxyUrl(value: string): boolean {
  const parsed = url(value);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return false;
  const { hostname, username, password, pathname, search, hash } = parsed;
  const isOriginOnly = hostname !== '' && `${pathname}${search}${hash}` === '/';
  return isOriginOnly && isPercentEncoded(username) && isPercentEncoded(password);
}

function isPercentEncoded(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

function isOrigin(value: string): boolean {
  return value === '*' || url(value)?.origin === value;
}

/** Express's names for private address ranges. */
const NAMED_RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** Trusting every client is not allowed: it could forge the address that throttles its logins. */
function isTrustProxy(value: string): boolean {
  return /^[1-9]\d?$/.test(value) || value.split(',').every((part) => isAddressRange(part.trim()));
}

function isAddressRange(value: string): boolean {
  if (NAMED_RANGES.includes(value)) return true;
  const [address = '', prefix, more] = value.split('/');
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const isPrefix = prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= longest);
  return longest > 0 && isPrefix && more === undefined;
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/**
 * The variables that this process reads, as strings, with their defaults. `.env.example` describes each; AppConfig is
 * the typed form.
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
  @MustBe(
    'a proxy URL such as http://user:password@proxy.example:3128, with special characters in user and password ' +
      'percent-encoded (% as %25, @ as %40, / as %2F)',
    isProxyUrl,
  )
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
  @MustBe(
    'the number of proxies in front, or a comma-separated list of their addresses, such as 10.0.0.0/8, or of ' +
      NAMED_RANGES.join(', '),
    isTrustProxy,
  )
  TRUST_PROXY?: string;

  @IsOptional()
  @MustBe(`${SHORTEST_SECRET} characters or more`, (value) => value.length >= SHORTEST_SECRET)
  JWT_SECRET?: string;

  @MustBe('a time such as 30m, 1h or 7d, from 1m to 90d', (value) =>
    isBetween(durationSeconds(value), 60, 90 * 86_400),
  )
  JWT_EXPIRES_IN = '1h';

  @IsOptional()
  @MustBe('an https URL, or http to loopback', isJwksUrl)
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

  @MustBeWholeNumber(1, 36_500, ' (days)')
  RUN_RETENTION_DAYS = '365';

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
