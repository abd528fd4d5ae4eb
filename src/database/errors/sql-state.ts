/** What Prisma's errors carry of the driver's, as far as it is of use. */
interface DriverFacts {
  readonly originalCode?: unknown;
  readonly kind?: unknown;
}

/** By code, or else by class. */
const MEANINGS: Readonly<Record<string, string>> = {
  '08': 'the connection was lost',
  '22': 'it refused a value',
  '23': 'it refused a row',
  '25': 'it takes no writes',
  '28': 'it refused the user',
  '40': 'sessions stood in each other’s way',
  '42': 'a table or a permission is missing',
  '53': 'it ran out of a resource',
  '53100': 'its disk is full',
  '53200': 'it ran out of memory',
  '53300': 'it has no connection left',
  '57': 'it is shutting down or starting',
  '58': 'its machine failed it',
};

const REMEDIES: Readonly<Record<string, string>> = {
  '53100': 'Free disk space for it, then try again.',
  '53300': 'Lower DATABASE_POOL_SIZE or raise its limit.',
};

/** By the classes that PostgreSQL has: EPIPE and Prisma's P2010 look like one, too. */
const SQL_STATE = /^(?:[0-57][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** PostgreSQL's SQLSTATE of an error that came through Prisma or from the driver; null where there is none. */
export function sqlStateOf(error: unknown): string | null {
  const code = driverFacts(error)?.originalCode ?? (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && SQL_STATE.test(code) ? code : null;
}

/** What the database failed at, in words that hold nothing of its own text; null when the error is not its. */
export function databaseFault(error: unknown): string | null {
  const state = sqlStateOf(error);
  if (state !== null) {
    const meaning = MEANINGS[state] ?? MEANINGS[state.slice(0, 2)] ?? 'it gave an error';
    const fault = `The database failed: ${meaning} (SQLSTATE ${state}).`;
    const remedy = REMEDIES[state];
    return remedy === undefined ? fault : `${fault} ${remedy}`;
  }
  const isLost = driverFacts(error) !== null || isConnectionLost(error);
  return isLost ? 'The database failed: the connection was lost.' : null;
}

const LOST_STATES = /^(?:08|57P0[123]$|53300$)/;
const LOST_KINDS: readonly unknown[] = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'];
/** Node's, of a connection that node-postgres had or tried to have. */
const LOST_CODES: readonly unknown[] = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'];
/** What node-postgres says of a connection that broke; there is no code for it. */
const LOST_MESSAGE =
  /Connection terminated|connection error and is not queryable|was closed and is not queryable/;

/** Whether the connection broke, the server went away or has none left, so that the same may succeed a little later. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return LOST_STATES.test(state);
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    LOST_KINDS.includes(driverFacts(error)?.kind) ||
    LOST_CODES.includes(code) ||
    (typeof message === 'string' && LOST_MESSAGE.test(message))
  );
}

/** Whether the database lacks disk space or memory: all that works with it fails alike, for a good while. */
export function isExhausted(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('53') === true && !isConnectionLost(error);
}

/** Prisma wraps the driver's error in `meta`, and in `cause` where it escapes a transaction. */
function driverFacts(error: unknown): DriverFacts | null {
  const wrapped = error as { meta?: { driverAdapterError?: unknown }; cause?: unknown } | null;
  const adapter = wrapped?.meta?.driverAdapterError ?? error;
  const cause = (adapter as { cause?: unknown } | null)?.cause;
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? cause : null;
}
