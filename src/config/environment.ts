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
import { isLoopbackHost } from '../common/private-address.js';
import { parseTarget } from './alert-target.js';
import { CATALOGUE_SCOPES, LOG_LEVELS, READ_ACCESS, ROLES } from './app-config.js';
import { isUnpredictable } from './secret-entropy.js';
import { isTrustProxy, NAMED_RANGES } from './trust-proxy.js';

/** The issuer of the tokens that this service signs. A provider of that name could not be told apart. */
export const OWN_ISSUER = 'movie-pipeline';

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

/** No shell expands a ~ here: it would become a folder of that name beside the data that is missed. */
function isPath(value: string): boolean {
  return !value.includes('\0') && !value.startsWith('~');
}

function url(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

/**
 * Plain http can be read and forged in transit, so it is allowed to loopback only. An @ after the
 * host is a sign of a password with a /, which makes the user the host.
 */
function isSafeUrl({ protocol, hostname, username, pathname, search }: URL): boolean {
  if (username !== '' || `${pathname}${search}`.includes('@')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
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

function isListOf(value: string, pattern: RegExp): boolean {
  return value.split(',').every((item) => item.trim() === '' || pattern.test(item.trim()));
}

function isBoolean(value: string): boolean {
  return value === 'true' || value === 'false';
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

const SECRET_RULE = `${SHORTEST_SECRET} or more characters that do not repeat, for example from: openssl rand -base64 48`;

function isSecret(value: string): boolean {
  return value.length >= SHORTEST_SECRET && isUnpredictable(value);
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

  @MustBe('a comma-separated list of languages such as de or pt-BR', (value) =>
    isListOf(value, /^[a-z]{2}(?:-[A-Z]{2})?$/),
  )
  LANGUAGES = '';

  @MustBe('a comma-separated list of country codes of two capital letters, such as US,DE', (value) =>
    isListOf(value, /^[A-Z]{2}$/),
  )
  REGIONS = '';

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

  @MustBe('a folder, with ~ written out', isPath)
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
    'the number of proxies in front, or a comma-separated list of their addresses or ranges, such as 10.0.0.0/8 but ' +
      `no wider (IPv6: /16), or of ${NAMED_RANGES.join(', ')}`,
    isTrustProxy,
  )
  TRUST_PROXY?: string;

  @IsOptional()
  @MustBe('a comma-separated list of host names or IP addresses without ports', (value) =>
    value.split(',').every((host) => /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(host.trim())),
  )
  ALLOWED_HOSTS?: string;

  @MustBe(`one of ${READ_ACCESS.join(', ')}`, (value) => READ_ACCESS.some((access) => access === value))
  READ_ACCESS = 'open';

  @IsOptional()
  @MustBe(`one of ${READ_ACCESS.join(', ')}`, (value) => READ_ACCESS.some((access) => access === value))
  MOVIES_ACCESS?: string;

  @IsOptional()
  @MustBe(SECRET_RULE, isSecret)
  JWT_SECRET?: string;

  @IsOptional()
  @MustBe(SECRET_RULE, isSecret)
  JWT_SECRET_PREVIOUS?: string;

  @MustBe('a time such as 30m, 1h or 7d, from 1m to 90d', (value) =>
    isBetween(durationSeconds(value), 60, 90 * 86_400),
  )
  JWT_EXPIRES_IN = '1h';

  @IsOptional()
  @MustBe('an https URL, or http to loopback', isJwksUrl)
  JWT_JWKS_URL?: string;

  @MustBe('true or false', isBoolean)
  JWT_JWKS_ALLOW_PRIVATE = 'false';

  @IsOptional()
  @MustBe("the provider's issuer, which is not movie-pipeline", (value) => value !== OWN_ISSUER)
  JWT_ISSUER?: string;

  JWT_AUDIENCE?: string;

  JWT_ROLE_CLAIM = 'role';

  @IsOptional()
  @MustBe(USER_NAME_RULE, isUserName)
  ADMIN_USERNAME?: string;

  @IsOptional()
  @MustBe(PASSWORD_RULE, isPassword)
  ADMIN_PASSWORD?: string;

  @MustBe('true or false', isBoolean)
  SCHEDULER_ENABLED = 'true';

  @MustBe('a time zone such as UTC or Europe/Paris', isTimeZone)
  SCHEDULER_TIMEZONE = 'UTC';

  @MustBeCron()
  QUICK_UPDATE_CRON = '0 */6 * * *';

  @MustBeCron()
  DAILY_UPDATE_CRON = '0 3 * * *';

  @MustBeCron()
  WEEKLY_ENRICHMENT_CRON = '0 2 * * 0';

  @MustBe(`one of ${CATALOGUE_SCOPES.join(', ')}`, (value) =>
    CATALOGUE_SCOPES.some((scope) => scope === value),
  )
  CATALOGUE = 'lists';

  @MustBe('true or false', isBoolean)
  CATALOGUE_ADULT = 'false';

  @MustBe('an https URL without query, or http to loopback', isTmdbBaseUrl)
  TMDB_EXPORT_URL = 'https://files.tmdb.org/p/exports';

  @MustBeCron()
  CATALOGUE_SYNC_CRON = '30 8 * * *';

  @MustBeWholeNumber(1, 36_500, ' (days)')
  RUN_RETENTION_DAYS = '365';

  @IsOptional()
  @MustBe('a folder, with ~ written out', isPath)
  EXPORT_DIR?: string;

  @MustBeWholeNumber(1, 1_000)
  EXPORT_KEEP = '3';

  @MustBe(
    'a comma-separated list of webhook+https://…, webhook+http://…, slack+https://…, discord+https://… and ntfy+https://…',
    (value) => value.split(',').every((item) => item.trim() === '' || parseTarget(item.trim()) !== null),
  )
  ALERT_URLS = '';

  @IsOptional()
  @MustBe(
    'whsec_ and 24 to 64 random bytes in base64, for example from: echo "whsec_$(openssl rand -base64 32)"',
    (value) => /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/.test(value),
  )
  ALERT_SECRET?: string;

  @MustBe('true or false', isBoolean)
  ALERT_ALLOW_PRIVATE = 'false';

  @IsOptional()
  @MustBe(
    'an https or http URL without query',
    (value) => /^https?:$/.test(url(value)?.protocol ?? '') && !/[?#]/.test(value),
  )
  HEALTHCHECK_URL?: string;

  @IsOptional()
  @MustBeWholeNumber(0, 65_535, ' (0: any free one)')
  METRICS_PORT?: string;

  @MustBe('a host name or an IP address', (value) => /^[\w.:-]+$/.test(value))
  METRICS_HOST = '127.0.0.1';

  @MustBe(`one of ${LOG_LEVELS.join(', ')}`, (value) => LOG_LEVELS.some((level) => level === value))
  LOG_LEVEL = 'info';

  @IsOptional()
  @MustBe('a file, with ~ written out', (value) => isPath(value) && !value.endsWith('/'))
  LOG_FILE?: string;

  @MustBe('a comma-separated list of origins such as https://example.org, or *', (value) =>
    value.split(',').every((origin) => origin.trim() === '' || isOrigin(origin.trim())),
  )
  CORS_ORIGINS = '';
}
