import { type AuthUser, USER_ROLES, type UserRole } from '../users/auth-user.js';

type Claims = Readonly<Record<string, unknown>>;

const MAX_SUBJECT_LENGTH = 255;

/**
 * The user that the claims of an external identity provider describe. Its name is `issuer-host/subject`; our own users'
 * names contain no slash. Null when the claims hold neither `admin` nor `viewer`, or the subject is not storable text.
 */
export function externalUser(
  claims: Claims,
  { issuer, roleClaim }: { readonly issuer: string; readonly roleClaim: string },
): AuthUser | null {
  const { sub } = claims;
  const role = roleOf(claims, roleClaim);
  if (role === null || typeof sub !== 'string' || !isStorable(sub)) return null;
  const host = URL.canParse(issuer) ? new URL(issuer).host : '';
  return { name: `${host === '' ? issuer : host}/${sub}`, role, tokenId: null };
}

function isStorable(subject: string): boolean {
  return (
    subject !== '' &&
    subject.length <= MAX_SUBJECT_LENGTH &&
    subject.isWellFormed() &&
    !/\p{Cc}/u.test(subject)
  );
}

/** Of several roles the most powerful one: USER_ROLES is in that order. */
function roleOf(claims: Claims, claim: string): UserRole | null {
  const given = claimAt(claims, claim);
  const roles: unknown[] = Array.isArray(given) ? given : [given];
  return USER_ROLES.find((role) => roles.includes(role)) ?? null;
}

/** A dot belongs to the claim's name (`https://example.org/roles`) or separates nested claims (`realm_access.roles`). */
function claimAt(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  return claim.split('.').reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name);
    return isObject ? (inner as Claims)[name] : undefined;
  }, claims);
}
