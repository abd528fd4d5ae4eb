/** Most powerful first. */
export const USER_ROLES = ['admin', 'viewer'] as const;
/** A `viewer` may read what requires a token. An `admin` may also trigger and cancel runs and change schedules. */
export type UserRole = (typeof USER_ROLES)[number];

/** The user behind a token. */
export interface AuthUser {
  readonly name: string;
  readonly role: UserRole;
  /** The `jti` of the token; null for an external token, and for one that a version without token ids issued. */
  readonly tokenId: string | null;
}
