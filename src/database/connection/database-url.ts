import { DatabaseError } from '../errors/database-error.js';

export interface DatabaseAddress {
  /** For node-postgres. Holds the password: never log it. */
  readonly connectionString: string;
  /** From `?schema=`. Null: the first schema of the session's own search path, as psycopg2 has it. */
  readonly schema: string | null;
  /** `host:port/database`, for messages. */
  readonly label: string;
}

const SCHEME = /^(?:postgres|postgresql|(postgresql\+psycopg2)):\/\//;
/** PostgreSQL cuts longer names off without a word. */
const NAME_BYTES = 63;

/**
 * Reads DATABASE_URL: `postgres://`, `postgresql://` or SQLAlchemy's `postgresql+psycopg2://`.
 * @throws DatabaseError URL, whose message holds nothing of the value
 */
export function parseDatabaseUrl(value: string): DatabaseAddress {
  const scheme = SCHEME.exec(value);
  if (scheme === null)
    throw faulty('it must start with postgres://, postgresql:// or postgresql+psycopg2://');
  const url = parse(value.slice(scheme[0].length));
  if (url.hash !== '' || !decodes(url.username) || !decodes(url.password)) {
    throw faulty('percent-encode the special characters of user and password (# is %23, % is %25)');
  }
  if (url.pathname.length < 2) throw faulty('it names no database: …@host:5432/database');
  const schema = url.searchParams.get('schema');
  url.searchParams.delete('schema');
  checkSchema(schema);
  setSslMode(url.searchParams, scheme[1] !== undefined);
  return {
    connectionString: connectionString(url),
    schema: schema === '' ? null : schema,
    label: label(url),
  };
}

/** What a URL without a host carries in its place: WHATWG's parser refuses a user without one. */
const SOCKET = 'socket.invalid';

function parse(rest: string): URL {
  const afterUser = rest.slice(rest.lastIndexOf('@', rest.search(/[/?]|$/)) + 1);
  const withHost = /^[/?]/.test(afterUser)
    ? `${rest.slice(0, rest.length - afterUser.length)}${SOCKET}${afterUser}`
    : rest;
  try {
    return new URL(`postgresql://${withHost}`);
  } catch {
    // The parser's own error carries its input, password and all.
    throw faulty('percent-encode the special characters of user and password (@ is %40, / is %2F, : is %3A)');
  }
}

function connectionString(url: URL): string {
  return url.href.replace(SOCKET, '');
}

function label(url: URL): string {
  const host = url.searchParams.get('host') ?? (url.hostname === SOCKET ? 'localhost' : url.hostname);
  const port = url.searchParams.get('port') ?? url.port;
  return `${host}:${port === '' ? '5432' : port}${url.pathname}`;
}

function decodes(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

function checkSchema(schema: string | null): void {
  if (schema === null) return;
  if (Buffer.byteLength(schema) > NAME_BYTES) throw faulty(`?schema= is longer than ${NAME_BYTES} bytes`);
  if (/^pg_|^information_schema$/.test(schema)) {
    throw faulty('?schema= names a schema of PostgreSQL itself');
  }
  // Prisma writes the name between double quotes as it is.
  if (/["\0]/.test(schema)) throw faulty('?schema= may not hold a double quote');
}

/**
 * node-postgres takes require, prefer and verify-ca as verify-full and warns at each start that this will change:
 * say verify-full outright. psycopg2's URL keeps libpq's meaning, in which `require` trusts any certificate.
 */
function setSslMode(parameters: URLSearchParams, psycopg2: boolean): void {
  const mode = parameters.get('sslmode');
  if (mode === null || parameters.has('uselibpqcompat')) return;
  if (psycopg2) parameters.set('uselibpqcompat', 'true');
  else if (['require', 'prefer', 'verify-ca'].includes(mode)) parameters.set('sslmode', 'verify-full');
}

function faulty(what: string): DatabaseError {
  return new DatabaseError('URL', `DATABASE_URL can't be used: ${what}.`);
}
