import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { CLOCK, type Clock } from '../../common/clock.js';
import { isUserName } from '../../common/credentials.js';
import { isUuid } from '../../common/uuid.js';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import { TokensRepository } from './tokens.repository.js';

export const OWN_TOKENS = 'own';
/** The clocks of two machines may differ by this much. */
const MAX_AHEAD_MS = 60_000;

/** Accepts tokens that this service signed, as long as they are not revoked and their user has their version. */
@Injectable()
export class OwnTokensStrategy extends PassportStrategy(Strategy, OWN_TOKENS) {
  constructor(
    key: SigningKey,
    private readonly tokens: TokensRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: (_request, token: string, done) => {
        if (hasCriticalHeaders(token)) done(new Error('Unknown critical headers'));
        else
          key.of(token).then((secret) => {
            done(null, secret);
          }, done);
      },
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
  }

  /** The role comes from the database, not from the token, so that a change of it takes effect at once. */
  async validate({
    sub,
    series,
    jti,
    exp,
    iat,
  }: Partial<Record<keyof TokenClaims | 'exp' | 'iat', unknown>>): Promise<AuthUser | null> {
    if (typeof sub !== 'string' || !isUserName(sub) || typeof exp !== 'number') return null;
    // A clock that was ahead would have made it valid for longer than anybody asked.
    if (typeof iat === 'number' && 1_000 * iat > this.clock.now().getTime() + MAX_AHEAD_MS) return null;
    const tokenId = jti ?? null;
    if (!isUuid(series) || (tokenId !== null && !isUuid(tokenId))) return null;
    return this.tokens.userOf({ username: sub, tokenVersion: series, tokenId });
  }
}

/** This service knows no critical headers (RFC 7515, section 4.1.11). The JWT library ignores them. */
function hasCriticalHeaders(token: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
    return typeof header === 'object' && header !== null && 'crit' in header;
  } catch {
    return false;
  }
}
