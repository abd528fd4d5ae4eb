import { DatabaseError, type DatabaseErrorCode } from './database-error.js';

/** PostgreSQL's SQLSTATE and node's error codes, and what to do about each. */
const EXPLANATIONS: Record<string, [DatabaseErrorCode, (at: string) => string]> = {
  '28P01': ['AUTHENTICATION', (at) => `PostgreSQL at ${at} refused user or password. Check DATABASE_URL.`],
  '28000': [
    'AUTHENTICATION',
    (at) =>
      `PostgreSQL at ${at} doesn't let this user in from here. Check the user in DATABASE_URL and pg_hba.conf.`,
  ],
  '3D000': [
    'NO_SUCH_DATABASE',
    (at) => `PostgreSQL at ${at} has no such database. Create it (createdb) or correct DATABASE_URL.`,
  ],
  '42501': [
    'NOT_PERMITTED',
    (at) => `The database user may not do this at ${at}. Use the tables' owner or grant it what is missing.`,
  ],
  '25006': [
    'READ_ONLY',
    (at) => `PostgreSQL at ${at} is read-only. Point DATABASE_URL at the primary server.`,
  ],
  '53300': [
    'BUSY',
    (at) => `PostgreSQL at ${at} has no connection left. Lower DATABASE_POOL_SIZE or raise its limit.`,
  ],
  '57P03': ['UNREACHABLE', (at) => `PostgreSQL at ${at} is starting up or shutting down. Try again shortly.`],
  '55P03': [
    'BUSY',
    (at) => `Another session holds the tables at ${at}. Stop what uses them, then start again.`,
  ],
  '40P01': [
    'BUSY',
    (at) => `Another session holds the tables at ${at}. Stop what uses them, then start again.`,
  ],
  ECONNREFUSED: [
    'UNREACHABLE',
    (at) => `Nothing listens at ${at}. Start PostgreSQL or correct host and port in DATABASE_URL.`,
  ],
  ENOTFOUND: ['UNREACHABLE', (at) => `The host of ${at} is unknown. Correct it in DATABASE_URL.`],
  EAI_AGAIN: ['UNREACHABLE', (at) => `The host of ${at} can't be looked up. Check the name and the network.`],
  ENOENT: [
    'UNREACHABLE',
    (at) => `Nothing listens at ${at}. Start PostgreSQL or correct the path in DATABASE_URL.`,
  ],
};

const TIMED_OUT = /timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|terminated unexpectedly/;
const NO_TLS = 'does not support SSL';
const BAD_CERTIFICATE = /certificate|altnames|self.signed/i;

/**
 * EventLoopYield what the driver threw into a message with a next step; an error that tells nothing of the database stays as it
 * is. `at`: the address, without user and password.
 */
export function explainError(error: unknown, at: string): unknown {
  if (error instanceof DatabaseError) return error;
  const { code, message } = facts(error);
  const known = EXPLANATIONS[code];
  if (known !== undefined)
    return new DatabaseError(known[0], `${known[1](at)} (${message})`, { cause: error });
  const hint = hintFor(`${code} ${message}`, at);
  return hint === null ? error : new DatabaseError('UNREACHABLE', `${hint} (${message})`, { cause: error });
}

function hintFor(text: string, at: string): string | null {
  if (text.includes(NO_TLS)) return `PostgreSQL at ${at} speaks no TLS. Remove sslmode from DATABASE_URL.`;
  if (BAD_CERTIFICATE.test(text)) {
    return (
      `The TLS certificate of ${at} can't be verified. ` +
      'Add sslrootcert=/path/to/ca.pem to DATABASE_URL, or sslmode=no-verify to trust any.'
    );
  }
  return TIMED_OUT.test(text) ? `No answer from ${at}. Check host, port and firewall.` : null;
}

/** `code` and `message` of a driver's error, also inside Prisma's wrapping. */
function facts(error: unknown): { code: string; message: string } {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error) };
  const { cause, code: own, message } = error as { cause?: unknown; code?: unknown; message?: unknown };
  const inner =
    typeof cause === 'object' && cause !== null && 'originalCode' in cause ? cause.originalCode : undefined;
  const code = inner ?? own;
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' && message !== '' ? message : 'no further word',
  };
}
