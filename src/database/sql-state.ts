/** What Prisma's errors carry of the driver's, as far as it is of use. */
interface DriverFacts {
  readonly originalCode?: unknown;
  readonly kind?: unknown;
}

const MEANINGS: Readonly<Record<string, string>> = {
  '08': 'the connection was lost',
  '22': 'it refused a value',
  '23': 'it refused a row',
  '25': 'it takes no writes',
  '28': 'it refused the user',
  '40': 'sessions stood in each other’s way',
  '42': 'a table or a permission is missing',
  '53': 'it ran out of disk space, memory or connections',
  '57': 'it is shutting down or starting',
  '58': 'its machine failed it',
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
    const meaning = MEANINGS[state.slice(0, 2)] ?? 'it gave an error';
    return `The database failed: ${meaning} (SQLSTATE ${state}).`;
  }
  const facts = driverFacts(error);
  return facts === null ? null : 'The database failed: the connection was lost.';
}

const LOST_KINDS: readonly unknown[] = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'];
/** What node-postgres says of a connection that broke; there is no code for it. */
const LOST_MESSAGE =
  /Connection terminated|connection error and is not queryable|was closed and is not queryable/;

/** Whether the connection broke or the server went away, so that the same may succeed on another. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return state.startsWith('08') || /^57P0[123]$/.test(state);
  const { message } = (error ?? {}) as { message?: unknown };
  return (
    LOST_KINDS.includes(driverFacts(error)?.kind) ||
    (typeof message === 'string' && LOST_MESSAGE.test(message))
  );
}

/** Prisma wraps the driver's error in `meta`, and in `cause` where it escapes a transaction. */
function driverFacts(error: unknown): DriverFacts | null {
  const wrapped = error as { meta?: { driverAdapterError?: unknown }; cause?: unknown } | null;
  const adapter = wrapped?.meta?.driverAdapterError ?? error;
  const cause = (adapter as { cause?: unknown } | null)?.cause;
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? cause : null;
}
