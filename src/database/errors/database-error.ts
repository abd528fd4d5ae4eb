export type DatabaseErrorCode =
  | 'URL'
  | 'UNREACHABLE'
  | 'TLS'
  | 'AUTHENTICATION'
  | 'NO_SUCH_DATABASE'
  | 'NO_DATABASE'
  | 'NO_SUCH_ROLE'
  | 'NOT_PERMITTED'
  | 'TOO_OLD'
  | 'ENCODING'
  | 'POOLER'
  | 'READ_ONLY'
  | 'BUSY'
  | 'FOREIGN_MIGRATIONS'
  | 'AHEAD'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_FAILED'
  | 'NOT_MIGRATED'
  | 'NOT_UPGRADABLE'
  | 'EMBEDDED';

/** A database that cannot be used as it is. The message gives the next step and never contains a password. */
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
