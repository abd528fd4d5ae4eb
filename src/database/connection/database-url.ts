import { userInfo } from 'node:os';
import { tlsChoices, type Tls } from './tls.js';
import { urlError } from './url-error.js';

/** What DATABASE_URL says. The environment's PG* variables and ~/.pgpass add nothing to it. */
export interface DatabaseAddress {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Never log it. */
  readonly password: string;
  readonly database: string;
  /** In the order in which they are tried. */
  readonly tls: readonly Tls[];
  readonly channelBinding: boolean;
  /** Whether the server must prove by SCRAM that it knows the password. */
  readonly requireScram: boolean;
  readonly applicationName: string;
  /** Options for the server's command line; empty: none. */
  readonly options: string;
  /** From `?schema=`. Null: the first schema of the session's own search path, as psycopg2 has it. */
  readonly schema: string | null;
  /** `host:port/database`, for messages. */
  readonly label: string;
}

const SCHEME = /^(?:postgres|postgresql|(postgresql\+psycopg2)):\/\//;
/** PostgreSQL silently truncates longer names. */
const NAME_BYTES = 63;
const DEFAULT_PORT = 5432;
const LAST_PORT = 65_535;

const PARAMETERS: readonly string[] = [
  ...['schema', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'host', 'port', 'user', 'password'],
  ...['application_name', 'options', 'channel_binding', 'require_auth'],
];
/** Of libpq, node-postgres, Prisma and hosting providers: they change nothing here. */
const IGNORED: readonly string[] = [
  ...['client_encoding', 'connect_timeout', 'connection_limit', 'fallback_application_name', 'gssencmode'],
  ...[
    'keepalives',
    'keepalives_count',
    'keepalives_idle',
    'keepalives_interval',
    'pgbouncer',
    'pool_timeout',
  ],
  ...['socket_timeout', 'supa', 'target_session_attrs', 'tcp_user_timeout', 'uselibpqcompat'],
];

const ENCODE =
  'percent-encode the special characters of user and password (@ is %40, / is %2F, : is %3A, # is %23, ? is %3F, % is %25)';

/**
 * Reads DATABASE_URL: `postgres://`, `postgresql://` or SQLAlchemy's `postgresql+psycopg2://`.
 * @throws DatabaseError URL, whose message contains nothing of the value but the paths of certificate files
 */
export function parseDatabaseUrl(value: string): DatabaseAddress {
  const scheme = SCHEME.exec(value);
  if (scheme === null)
    throw urlError('it must start with postgres://, postgresql:// or postgresql+psycopg2://');
  const { authority, path, parameters } = split(value.slice(scheme[0].length));
  const server = readAuthority(authority, parameters);
  const database = databaseIn(path.slice(1));
  const schema = parameters.get('schema') ?? '';
  checkSchema(schema);
  return {
    ...server,
    database,
    tls: server.host.startsWith('/') ? [false] : tlsChoices(parameters, scheme[1] !== undefined),
    channelBinding: ['prefer', 'require'].includes(parameters.get('channel_binding') ?? ''),
    requireScram: readRequireAuth(parameters.get('require_auth')),
    applicationName: parameters.get('application_name') ?? 'movie-pipeline',
    options: parameters.get('options') ?? '',
    schema: schema === '' ? null : schema,
    label: `${server.host}:${server.port}/${database}`,
  };
}

/** An `@` behind the authority means that an unencoded `/`, `?` or `#` of the password has cut it short. */
function split(rest: string): { authority: string; path: string; parameters: URLSearchParams } {
  const end = rest.search(/[/?#]|$/);
  const [path = '', query = ''] = cut(rest.slice(end), '?');
  if (/[@#]/.test(rest.slice(end)) || /[\u0000-\u0020\u007f\\]/.test(rest)) throw urlError(ENCODE);
  // In the protocol, a NUL ends a value, and what follows it is read as the next setting.
  if (rest.includes('%00')) throw urlError('it contains a NUL (%00), which PostgreSQL accepts nowhere');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (PARAMETERS.includes(name) || IGNORED.includes(name)) continue;
    throw urlError(`it has an unknown parameter. Accepted are ${PARAMETERS.join(', ')}`);
  }
  return { authority: rest.slice(0, end), path, parameters };
}

/** A name that follows a second `/` is the rest of an address that was pasted into the place of the host. */
function databaseIn(path: string): string {
  if (path === '') throw urlError('it names no database: …@host:5432/database');
  if (path.includes('/')) throw urlError('it has a second / behind the host; a / of the name is %2F');
  return decode(path);
}

function readAuthority(
  authority: string,
  parameters: URLSearchParams,
): Pick<DatabaseAddress, 'host' | 'port' | 'user' | 'password'> {
  const at = authority.lastIndexOf('@');
  const [user = '', password = ''] = cut(authority.slice(0, Math.max(at, 0)), ':');
  const [, name = '', digits = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.slice(at + 1)) ?? [];
  if (authority.slice(at + 1).includes(',')) throw severalHosts();
  return {
    host: readHost(parameters.get('host') ?? decode(name.replace(/^\[(.*)\]$/, '$1'))),
    port: readPort(parameters.get('port') ?? digits),
    user: (parameters.get('user') ?? decode(user)) || systemUser(),
    password: parameters.get('password') ?? decode(password),
  };
}

function readHost(host: string): string {
  if (host.includes(',')) throw severalHosts();
  if (!/^(?:\/.*|[\p{L}\d._-]*|[\da-f:.]+(?:%[\w.-]+)?)$/iu.test(host)) throw urlError(ENCODE);
  return host === '' ? 'localhost' : host;
}

function severalHosts(): Error {
  return urlError('it names several hosts. Name one, or an address that always leads to the primary server');
}

function readPort(port: string): number {
  if (port === '') return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= LAST_PORT) return Number(port);
  throw urlError(`its port must be a number from 1 to ${LAST_PORT}; ${ENCODE}`);
}

/** As libpq, for servers that trust the user of the operating system. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw urlError('it names no user: postgresql://user:password@host:5432/database');
  }
}

/** The parts before and after the first separator. */
function cut(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw urlError(ENCODE);
  }
}

function readRequireAuth(method: string | null): boolean {
  if (method === null || method === 'scram-sha-256') return method !== null;
  throw urlError('require_auth= takes scram-sha-256');
}

function checkSchema(schema: string): void {
  if (Buffer.byteLength(schema) > NAME_BYTES) throw urlError(`?schema= is longer than ${NAME_BYTES} bytes`);
  if (/^pg_|^information_schema$/.test(schema)) {
    throw urlError('?schema= names a schema of PostgreSQL itself');
  }
  // Prisma writes the name between double quotes as it is.
  if (/["\0]/.test(schema)) throw urlError('?schema= may not contain a double quote');
}
