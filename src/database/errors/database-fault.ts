import { DatabaseError, type DatabaseErrorCode } from './database-error.js';

/** What the database failed at. Both texts are this program's own and contain no text of the database. */
export interface DatabaseFault {
  /** Null: the fault of one statement, not of the database as a whole. */
  readonly code: DatabaseErrorCode | null;
  /** A clause whose subject is the database: `its disk is full`. */
  readonly meaning: string;
  /** The next step, as a sentence. */
  readonly remedy: string;
}

function fault(code: DatabaseErrorCode | null, meaning: string, remedy: string): DatabaseFault {
  return { code, meaning, remedy };
}

const TRY_AGAIN = 'Try again.';
const SEE_ITS_LOG = "See the database's log.";

const LOST = fault('UNREACHABLE', 'the connection was lost', 'Check that PostgreSQL runs, then try again.');
const SILENT = fault('UNREACHABLE', 'it does not answer', 'Check host, port and firewall.');
const RESTARTING = fault('UNREACHABLE', 'it is starting up or shutting down', 'Try again shortly.');
const LOCKED = fault(
  'BUSY',
  'another session locks the tables',
  'Find it (npx movie-pipeline doctor) and end it, then try again.',
);
const UNKNOWN_HOST = fault('UNREACHABLE', 'its host is unknown', 'Correct the host in DATABASE_URL.');
const CLOSED = fault(
  'UNREACHABLE',
  'it accepts no connections',
  'Start PostgreSQL, or correct host and port in DATABASE_URL.',
);
const NO_SOCKET = fault(
  'UNREACHABLE',
  'its socket does not exist',
  'Start PostgreSQL, or correct the path in DATABASE_URL.',
);
const FORBIDDEN = fault(
  'UNREACHABLE',
  'this machine does not allow the connection',
  'Check the permissions of the socket, and the firewall of this machine.',
);
const NO_TLS = fault('TLS', 'it does not support TLS', 'Remove sslmode from DATABASE_URL.');
const TLS_FAILED = fault(
  'TLS',
  'no TLS connection to it could be made',
  'See its log. Its key or its TLS version may be too old for this machine; sslmode=disable connects without TLS.',
);
const UNTRUSTED = fault(
  'TLS',
  "its TLS certificate can't be verified",
  'Add sslrootcert=/path/to/ca.pem to DATABASE_URL, or sslmode=no-verify to trust any.',
);
const WRONG_HOST = fault(
  'TLS',
  'its TLS certificate is for another host name',
  'Use the name in the certificate as the host in DATABASE_URL, or sslmode=verify-ca to check only who signed it.',
);
const EXPIRED = fault(
  'TLS',
  'its TLS certificate is not valid today',
  "Renew the certificate, or correct this machine's clock.",
);
const NO_PASSWORD = fault(
  'AUTHENTICATION',
  'it asks for a password',
  'Add the password to DATABASE_URL: postgresql://user:password@host:5432/database.',
);
const UNPROVED = fault(
  'AUTHENTICATION',
  'it did not prove that it knows the password',
  'Check what listens at its address. The password was not sent.',
);
const NO_CONNECTION = fault(
  'UNREACHABLE',
  'no connection became free in time, or a transaction took too long',
  'Raise DATABASE_POOL_SIZE, or lower the load.',
);
const OTHER = fault(null, 'it reported an error', SEE_ITS_LOG);

/**
 * By SQLSTATE, else by its class (the first two characters), by Node's code of a socket error, or by Prisma's kind.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const FAULTS: Readonly<Record<string, DatabaseFault>> = {
  '08': LOST,
  '22': fault(null, 'it rejected a value', SEE_ITS_LOG),
  '23': fault(null, 'it rejected a row', SEE_ITS_LOG),
  '25006': fault('READ_ONLY', 'it is read-only', 'Point DATABASE_URL at the primary server.'),
  '28': fault(
    'AUTHENTICATION',
    'it rejected the user',
    'Check user, database and sslmode in DATABASE_URL, and pg_hba.conf.',
  ),
  '28P01': fault('AUTHENTICATION', 'it rejected the user name or the password', 'Check DATABASE_URL.'),
  '3D000': fault(
    'NO_SUCH_DATABASE',
    'it does not exist',
    'Create it (createdb), or correct the name in DATABASE_URL.',
  ),
  '40': fault(null, 'concurrent transactions conflicted', TRY_AGAIN),
  '42': fault(null, 'its tables are not those of this version', 'Run: npx movie-pipeline migrate'),
  '42501': fault(
    'NOT_PERMITTED',
    'its user lacks a permission',
    'Run as the owner of the tables: npx movie-pipeline migrate --grant-to ROLE.',
  ),
  '53': fault(null, 'it ran out of a resource', SEE_ITS_LOG),
  '53100': fault(null, 'its disk is full', 'Free disk space for it, then try again.'),
  '53200': fault(null, 'it ran out of memory', 'Give it more memory, then try again.'),
  '53300': fault(
    'UNREACHABLE',
    'it has no connection left',
    'Lower DATABASE_POOL_SIZE, or raise its max_connections.',
  ),
  '55P03': LOCKED,
  '57': fault(null, 'it cancelled the statement', TRY_AGAIN),
  '57P01': RESTARTING,
  '57P02': RESTARTING,
  '57P03': RESTARTING,
  '58': fault(null, 'its operating system failed', SEE_ITS_LOG),
  ECONNREFUSED: CLOSED,
  ECONNRESET: LOST,
  EPIPE: LOST,
  ETIMEDOUT: SILENT,
  DatabaseNotReachable: CLOSED,
  ConnectionClosed: LOST,
  SocketTimeout: SILENT,
  TlsConnectionError: UNTRUSTED,
  P2028: NO_CONNECTION,
};

/** Node's codes that other errors carry too; they are the database's only while a connection to it is made. */
const CONNECT_FAULTS: Readonly<Record<string, DatabaseFault>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_HOST,
  CERT_HAS_EXPIRED: EXPIRED,
  CERT_NOT_YET_VALID: EXPIRED,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EADDRNOTAVAIL: SILENT,
  EHOSTDOWN: SILENT,
  ENETDOWN: SILENT,
  EHOSTUNREACH: SILENT,
  ENETUNREACH: SILENT,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: fault('UNREACHABLE', "its host can't be resolved", 'Check the host name and the network.'),
};

/** Errors of node-postgres that have no code. */
const MESSAGES: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/Connection terminated|connection error and is not queryable|was closed and is not queryable/, LOST],
  [/timeout exceeded when trying to connect/, NO_CONNECTION],
];
const CONNECT_MESSAGES: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/does not support SSL/, NO_TLS],
  [/client password must be/, NO_PASSWORD],
  [/\(require_auth\)/, UNPROVED],
  [/certificate|self.signed/i, UNTRUSTED],
  [/^ERR_SSL_/, TLS_FAILED],
  [/timeout expired/, SILENT],
];

/** The classes that PostgreSQL has: Node's EPIPE and Prisma's P2010 look like a SQLSTATE too. */
const SQL_STATE = /^(?:[0-57][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** PostgreSQL's SQLSTATE of an error of the driver or of Prisma; null where there is none. */
export function sqlStateOf(error: unknown): string | null {
  const { code } = factsOf(error);
  return SQL_STATE.test(code) ? code : null;
}

/** Null when the error is not the database's. */
export function databaseFaultOf(error: unknown): DatabaseFault | null {
  const { code, kind, message, isConnect } = factsOf(error);
  if (SQL_STATE.test(code)) return FAULTS[code] ?? FAULTS[code.slice(0, 2)] ?? OTHER;
  if (kind !== null) return FAULTS[kind] ?? OTHER;
  if (isConnect && code === 'ENOENT') return NO_SOCKET;
  return FAULTS[code] ?? faultIn(MESSAGES, message);
}

function faultIn(
  messages: readonly (readonly [RegExp, DatabaseFault])[],
  message: string,
): DatabaseFault | null {
  return messages.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

/** As {@link databaseFaultOf}, of an error that was thrown while a connection to the database was made. */
export function connectFaultOf(error: unknown): DatabaseFault | null {
  const known = databaseFaultOf(error);
  if (known !== null) return known;
  const { code, message } = factsOf(error);
  return CONNECT_FAULTS[code] ?? faultIn(CONNECT_MESSAGES, `${code} ${message}`);
}

/** Whether the server has no TLS, or rejects this user over TLS (`hostnossl` in pg_hba.conf). */
export function isRefusalOfTls(error: unknown): boolean {
  const { code, message } = factsOf(error);
  return code === '28000' || /does not support SSL|establishing an SSL connection/.test(message);
}

/** Whether the connection broke, the server went away or has none left: the same may succeed a little later. */
export function isConnectionLost(error: unknown): boolean {
  const code = error instanceof DatabaseError ? error.code : databaseFaultOf(error)?.code;
  return code === 'UNREACHABLE';
}

/** Whether the same may succeed a little later: the connection is lost, or another session holds a lock for too long. */
export function isUnavailable(error: unknown): boolean {
  return isConnectionLost(error) || databaseFaultOf(error) === LOCKED;
}

/** Whether concurrent transactions conflicted (a deadlock, or a serialization failure): the same may succeed at once. */
export function isConflict(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('40') === true;
}

/** Whether the server is starting up or shutting down. */
export function isRestarting(error: unknown): boolean {
  return databaseFaultOf(error instanceof DatabaseError ? error.cause : error) === RESTARTING;
}

/** Whether the database lacks disk space or memory: every statement fails alike until an operator helps. */
export function isExhausted(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('53') === true && !isConnectionLost(error);
}

interface Facts {
  readonly code: string;
  /** What Prisma's driver adapter calls it; null: the error did not come through Prisma. */
  readonly kind: string | null;
  readonly message: string;
  /** Whether the operating system refused to connect. */
  readonly isConnect: boolean;
}

/** Prisma wraps the driver's error in `meta`, and in `cause` where it escapes a transaction. */
function factsOf(error: unknown): Facts {
  const outer = fieldsOf(error);
  const inner = fieldsOf(fieldsOf(fieldsOf(outer.meta).driverAdapterError ?? error).cause);
  const isWrapped = 'kind' in inner;
  return {
    code: textOf((isWrapped ? inner.originalCode : undefined) ?? outer.code),
    kind: isWrapped ? textOf(inner.kind) : null,
    message: textOf(outer.message),
    isConnect: outer.syscall === 'connect',
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
