import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from './database-error.js';
import { isConnectionLost, isExhausted, isRestarting, sqlStateOf } from './database-fault.js';
import { describeFault, explainError } from './explain-error.js';

const AT = 'db.example:5432/movies';

function failure(code: string, message = 'as the driver said it'): Error {
  return Object.assign(new Error(message), { code });
}

/** As Prisma wraps the driver's error. */
function wrapped(cause: object): Error {
  return Object.assign(failure('P2010'), { meta: { driverAdapterError: { cause } } });
}

describe('explainError', () => {
  it.each([
    [failure('28P01'), 'AUTHENTICATION', 'it rejected the user name or the password. Check DATABASE_URL.'],
    [failure('28000'), 'AUTHENTICATION', 'it rejected the user.'],
    [failure('3D000'), 'NO_SUCH_DATABASE', 'it does not exist.'],
    [failure('42501'), 'NOT_PERMITTED', 'its user lacks a permission.'],
    [failure('25006'), 'READ_ONLY', 'it is read-only.'],
    [failure('53300'), 'UNREACHABLE', 'it has no connection left.'],
    [failure('57P03'), 'UNREACHABLE', 'it is starting up or shutting down.'],
    [failure('55P03'), 'BUSY', 'another session locks the tables.'],
    [failure('ECONNREFUSED'), 'UNREACHABLE', 'it accepts no connections.'],
    [failure('ENOTFOUND'), 'UNREACHABLE', 'its host is unknown.'],
    [failure('EACCES'), 'UNREACHABLE', 'Check the permissions of the socket'],
    [failure('EPERM'), 'UNREACHABLE', 'the firewall of this machine.'],
    [failure('ENETDOWN'), 'UNREACHABLE', 'it does not answer.'],
    [failure('', 'timeout expired'), 'UNREACHABLE', 'it does not answer.'],
    [failure('', 'Connection terminated unexpectedly'), 'UNREACHABLE', 'the connection was lost.'],
    [failure('', 'The server does not support SSL connections'), 'TLS', 'Remove sslmode from DATABASE_URL.'],
    [failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'TLS', 'sslmode=verify-ca'],
    [failure('CERT_HAS_EXPIRED'), 'TLS', "this machine's clock"],
    [failure('', 'client password must be a non-empty string'), 'AUTHENTICATION', 'Add the password'],
    [failure('', 'timeout exceeded when trying to connect'), 'UNREACHABLE', 'DATABASE_POOL_SIZE'],
    [failure('P2028'), 'UNREACHABLE', 'DATABASE_POOL_SIZE'],
    [failure('CERT_NOT_YET_VALID'), 'TLS', "this machine's clock"],
    [failure('UNABLE_TO_VERIFY', 'unable to verify the first certificate'), 'TLS', 'sslrootcert='],
    [failure('ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol'), 'TLS', 'no TLS connection to it'],
    [failure('ERR_SSL_EE_KEY_TOO_SMALL', 'ee key too small'), 'TLS', 'sslmode=disable'],
    [failure('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'alert unknown ca'), 'TLS', 'See its log.'],
    [failure('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'TLS', 'sslmode=no-verify'],
  ])('names the fault, the address and the next step of %p', (error, code, text) => {
    const explained = explainError(error, AT) as DatabaseError;
    expect(explained).toBeInstanceOf(DatabaseError);
    expect(explained).toMatchObject({ code, cause: error });
    expect(explained.message).toContain(`Can't use the database at ${AT}: `);
    expect(explained.message).toContain(text);
  });

  it.each([failure('22003'), failure('23505'), new Error('a mistake of this program')])(
    'returns %p as it is, since it says nothing about the database as a whole',
    (error) => {
      expect(explainError(error, AT)).toBe(error);
    },
  );
});

describe('describeFault', () => {
  it.each([
    [
      wrapped({ kind: 'postgres', originalCode: '53100' }),
      'its disk is full (SQLSTATE 53100). Free disk space',
    ],
    [failure('23514'), 'it rejected a row (SQLSTATE 23514). '],
    [failure('XX000'), 'it reported an error (SQLSTATE XX000). '],
    [wrapped({ kind: 'DatabaseNotReachable' }), 'it accepts no connections. '],
    [explainError(failure('ENOTFOUND'), AT), 'its host is unknown. '],
  ])('describes %p without any text of the database', (error, text) => {
    expect(describeFault(error)).toContain(`The database failed: ${text}`);
    expect(describeFault(error)).not.toContain('as the driver said it');
  });

  it.each([
    failure('ENOENT', 'no such file: .env'),
    new Error("TMDB's certificate can't be verified"),
    new DatabaseError('NOT_MIGRATED', 'lacks a migration'),
  ])('returns null for %p, which is no error of the database', (error) => {
    expect(describeFault(error)).toBeNull();
  });
});

describe('the kinds of faults', () => {
  it.each(['08006', '57P01', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
    '%s is a lost connection',
    (code) => {
      expect(isConnectionLost(failure(code))).toBe(true);
      expect(isConnectionLost(explainError(failure(code), AT))).toBe(true);
    },
  );

  it.each(['53100', '40P01', '57014', '23505', 'ENOENT'])('%s is no lost connection', (code) => {
    expect(isConnectionLost(failure(code))).toBe(false);
  });

  it('a missing socket is a lost connection, since its server may be restarting', () => {
    expect(isConnectionLost(Object.assign(failure('ENOENT'), { syscall: 'connect' }))).toBe(true);
    expect(isConnectionLost(Object.assign(failure('ENOENT'), { syscall: 'open' }))).toBe(false);
  });

  it('a full disk exhausts the database, and too many connections do not', () => {
    expect([isExhausted(failure('53100')), isExhausted(failure('53300'))]).toEqual([true, false]);
  });

  it('57P03 means that the server restarts, also inside a DatabaseError', () => {
    expect(isRestarting(explainError(failure('57P03'), AT))).toBe(true);
    expect(isRestarting(failure('ECONNREFUSED'))).toBe(false);
  });

  it("Node's EPIPE and Prisma's P2010 are no SQLSTATE", () => {
    expect([sqlStateOf(failure('EPIPE')), sqlStateOf(failure('P2010'))]).toEqual([null, null]);
  });
});
