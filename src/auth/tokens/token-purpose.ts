type Claims = Readonly<Record<string, unknown>>;

/** An access token by RFC 9068. */
const ACCESS_TOKEN_TYPE = 'at+jwt';
/** RFC 7519, section 5.1: it says that the object is a JWT, not what the JWT is for. Most providers set it. */
const ANY_JWT = 'jwt';
/** Claims of ID tokens (OpenID Connect Core, sections 2 and 3.3) and of security events such as logout tokens (RFC 8417). */
const OTHER_PURPOSES = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'toe'];

/**
 * Whether an external token is meant to give access. Providers sign ID tokens, logout tokens and refresh tokens with the
 * same keys. They tell them apart by the header `typ`, or by the claim `typ` (Keycloak) or `token_use` (Cognito), or
 * not at all; then the claims decide.
 */
export function isAccessToken(header: Claims, claims: Claims): boolean {
  const type = lowerCase(header.typ === undefined ? ANY_JWT : header.typ).replace(/^application\//, '');
  if (type !== ACCESS_TOKEN_TYPE && type !== ANY_JWT) return false;
  const { typ, token_use: use } = claims;
  if (typ !== undefined && lowerCase(typ) !== 'bearer') return false;
  if (use !== undefined && use !== 'access') return false;
  const isStated = type === ACCESS_TOKEN_TYPE || typ !== undefined || use !== undefined;
  return isStated || !OTHER_PURPOSES.some((name) => Object.hasOwn(claims, name));
}

function lowerCase(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
