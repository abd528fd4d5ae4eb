export type DatabaseErrorCode =
  | 'URL'
  | 'UNREACHABLE'
  | 'TLS'
  | 'AUTHENTICATION'
  | 'NO_SUCH_DATABASE'
  | 'NOT_PERMITTED'
  | 'TOO_OLD'
  | 'READ_ONLY'
  | 'BUSY'
  | 'FOREIGN_MIGRATIONS'
  | 'AHEAD'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_FAILED'
  | 'NOT_MIGRATED'
  | 'NOT_UPGRADABLE'
  | 'EMBEDDED';

/** A database that can't be used as it is. The message says what to do about it and never holds a password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
