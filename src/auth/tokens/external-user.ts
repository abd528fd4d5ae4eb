import { type AuthUser, USER_ROLES, type UserRole } from '../users/auth-user.js';

type Claims = Readonly<Record<string, unknown>>;

const LONGEST_SUBJECT = 255;

/**
 * Who an outside issuer's claims speak of: `issuer-host/subject`, which is the name of no user of ours. Null when they
 * name neither of our roles, or no subject that can be written down.
 */
export function externalUser(
  claims: Claims,
  { issuer, roleClaim }: { readonly issuer: string; readonly roleClaim: string },
): AuthUser | null {
  const { sub } = claims;
  const role = roleOf(claims, roleClaim);
  if (role === null || typeof sub !== 'string' || !isWritable(sub)) return null;
  const host = URL.canParse(issuer) ? new URL(issuer).host : '';
  return { name: `${host === '' ? issuer : host}/${sub}`, role };
}

function isWritable(subject: string): boolean {
  return (
    subject !== '' && subject.length <= LONGEST_SUBJECT && subject.isWellFormed() && !/\p{Cc}/u.test(subject)
  );
}

/** Of several roles the one that may most. */
function roleOf(claims: Claims, claim: string): UserRole | null {
  const given = claimAt(claims, claim);
  const roles: unknown[] = Array.isArray(given) ? given : [given];
  return USER_ROLES.find((role) => roles.includes(role)) ?? null;
}

/** Some issuers' claims have dots in their names (`https://example.org/roles`), others' are nested (`realm_access.roles`). */
function claimAt(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  return claim.split('.').reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name);
    return isObject ? (inner as Claims)[name] : undefined;
  }, claims);
}
