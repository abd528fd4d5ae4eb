export const USER_ROLES = ['admin', 'viewer'] as const;
/** `admin` may trigger runs and change schedules, `viewer` may read what is guarded. */
export type UserRole = (typeof USER_ROLES)[number];

/** Who asks. */
export interface AuthUser {
  readonly name: string;
  readonly role: UserRole;
}
