import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { CLOCK, type Clock } from '../../common/clock.js';
import { isUserName } from '../../common/credentials.js';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import { UsersRepository } from '../users/users.repository.js';

export const OWN_TOKENS = 'own';
/** The clocks of two machines may differ by this much. */
const MAX_AHEAD_MS = 60_000;

/** Accepts tokens that this service signed, as long as the user exists and has the token's version. */
@Injectable()
export class OwnTokensStrategy extends PassportStrategy(Strategy, OWN_TOKENS) {
  constructor(
    key: SigningKey,
    private readonly users: UsersRepository,
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
    exp,
    iat,
  }: Partial<Record<keyof TokenClaims | 'exp' | 'iat', unknown>>): Promise<AuthUser | null> {
    if (typeof sub !== 'string' || !isUserName(sub) || typeof exp !== 'number') return null;
    // A clock that was ahead would have made it valid for longer than anybody asked.
    if (typeof iat === 'number' && 1_000 * iat > this.clock.now().getTime() + MAX_AHEAD_MS) return null;
    const user = await this.users.find(sub);
    return user !== null && user.tokenVersion === series ? { name: user.name, role: user.role } : null;
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
